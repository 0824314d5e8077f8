import { AppError } from '../core/errors.js';
import type { HttpRequest } from './request.js';

/** What a request's `Origin` and `Sec-Fetch-Site` tell about the page that sent it. */
export type RequestSource = 'allowed' | 'foreign' | 'unknown';

/** What protects the cookies of a request against other sites. */
export interface CsrfState {
  /** Whether a cookie authenticates the request. */
  readonly usesCookie: boolean;
  readonly source: RequestSource;
  /** Whether `X-CSRF-Token` is that of the session. */
  readonly hasToken: boolean;
}

/** A request with what protects its cookies. */
interface ProtectedRequest {
  readonly request: HttpRequest;
  readonly csrf: CsrfState;
}

/** What an operation does, as far as the protection depends on it. */
export interface GuardedOperation {
  readonly isWrite: boolean;
  /** Whether every root field is public. */
  readonly isPublic: boolean;
  /** Whether a root field returns tokens. */
  readonly returnsTokens: boolean;
  /** Whether it reads the cookie with the refresh token. */
  readonly takesRefreshToken: boolean;
}

/** Whether the client wants the tokens of a sign-in in cookies. */
export const wantsCookies = ({ request }: Pick<ProtectedRequest, 'request'>): boolean =>
  request.headers.get('x-session')?.trim().toLowerCase() === 'cookie';

const csrfError = (reason: 'origin' | 'token') => new AppError('CSRF_FAILED', { details: { reason } });

/**
 * Decides whether a request may use its cookies for an operation. A write that a cookie authenticates needs an allowed origin and
 * the CSRF token. A sign-in with cookies must not come from a foreign page, which would sign its visitor in as somebody else.
 * @returns `CSRF_FAILED`; undefined when it may.
 */
export function csrfFault(exchange: ProtectedRequest, operation: GuardedOperation): AppError | undefined {
  const { usesCookie, source, hasToken } = exchange.csrf;
  if (operation.isWrite && !operation.isPublic && usesCookie) {
    if (source !== 'allowed') return csrfError('origin');
    return hasToken ? undefined : csrfError('token');
  }
  if (!operation.returnsTokens || !wantsCookies(exchange)) return undefined;
  const isRefused = operation.takesRefreshToken ? source !== 'allowed' : source === 'foreign';
  return isRefused ? csrfError('origin') : undefined;
}

/**
 * Tells where a request comes from. Browsers set both fields, and no page can change them.
 * @param isAllowed whether the pages of an origin may read responses.
 * @param ownOrigin of this server, as the client calls it.
 */
export function sourceOf(
  { headers }: HttpRequest,
  isAllowed: (origin: string) => boolean,
  ownOrigin: string | undefined,
): RequestSource {
  const [origin, site] = [headers.get('origin'), headers.get('sec-fetch-site')];
  if (site === 'cross-site') return 'foreign';
  if (origin !== null) return origin === ownOrigin || isAllowed(origin) ? 'allowed' : 'foreign';
  if (site === null) return 'unknown';
  return site === 'same-origin' ? 'allowed' : 'foreign';
}
