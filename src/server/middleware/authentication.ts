import { timingSafeEqual } from 'node:crypto';
import type { Authenticate } from '../../accounts/authenticate.js';
import { type CsrfTokensOf, cookieNames } from '../../accounts/sessions/cookies.js';
import type { Identity } from '../../core/identity.js';
import { parseCookies } from '../../http/cookies.js';
import { type RequestSource, sourceOf, wantsCookies } from '../../http/csrf.js';
import type { Exchange } from '../../http/exchange.js';
import { isHealthCheck } from '../health-paths.js';
import type { Middleware } from '../request-handler.js';
import { hasBody } from './body.js';

interface Parts {
  readonly authenticate: Authenticate;
  readonly csrfTokensOf: CsrfTokensOf;
  readonly isAllowedOrigin: (origin: string) => boolean;
}

/** RFC 9110 §11.6.2: the scheme in any case, one or more spaces, the credentials. */
const bearer = /^Bearer +(\S+)$/i;

/** The two moments at which a request is authenticated. */
interface Authentication {
  /** Comes before the rate limit, which counts by user. */
  readonly beforeBody: Middleware;
  /**
   * Follows `body`: a client decides when its body is complete, and the credential may have ended since. Both look-ups are in
   * memory.
   */
  readonly afterBody: Middleware;
}

/**
 * Authenticates requests, for both APIs: by their `Authorization` field (RFC 6750 §2.1; a token in a URL is never read), or else
 * by their cookies. Never refuses: the operation decides whether it needs a signed-in user.
 */
export function authentication({ authenticate, csrfTokensOf, isAllowedOrigin }: Parts): Authentication {
  const originOf = (exchange: Exchange): RequestSource => sourceOf(exchange.request, isAllowedOrigin, ownOrigin(exchange));

  async function byCookie(exchange: Exchange, tokens: readonly string[]): Promise<void> {
    const identities = [];
    for (const token of tokens) {
      const identity = await authenticate(token, exchange.client);
      identities.push(identity);
      if (identity.kind === 'authenticated') break;
    }
    // Of several cookies that authenticate nobody the first says why.
    exchange.identity = identities.find(({ kind }) => kind === 'authenticated') ?? (identities[0] as Identity);
    const { identity } = exchange;
    const sent = exchange.request.headers.get('x-csrf-token');
    const hasToken =
      sent !== null &&
      identity.kind === 'authenticated' &&
      'sessionId' in identity.viewer &&
      csrfTokensOf(identity.viewer.sessionId).some((token) => isEqual(token, sent));
    exchange.csrf = { usesCookie: true, source: originOf(exchange), hasToken };
  }

  async function identify(exchange: Exchange): Promise<undefined> {
    const { headers } = exchange.request;
    const field = headers.get('authorization');
    const tokens = field === null && headers.has('cookie') ? sessionTokens(exchange) : [];
    if (tokens.length > 0) await byCookie(exchange, tokens);
    else if (wantsCookies(exchange)) exchange.csrf = { usesCookie: false, source: originOf(exchange), hasToken: false };
    if (field === null) return;
    const token = bearer.exec(field)?.[1];
    exchange.identity =
      token === undefined ? { kind: 'invalidToken', reason: 'invalid' } : await authenticate(token, exchange.client);
  }

  return {
    // Health checks must succeed also when no session can be looked up.
    beforeBody: { before: (exchange) => (isHealthCheck(exchange.request.path) ? undefined : identify(exchange)) },
    afterBody: {
      before: (exchange) =>
        exchange.identity.kind === 'authenticated' && hasBody(exchange.request) ? identify(exchange) : undefined,
    },
  };
}

/** This server's origin as the client calls it. */
function ownOrigin({ request, isHttps }: Exchange): string | undefined {
  const host = request.headers.get('host');
  return host === null ? undefined : `${isHttps ? 'https' : 'http'}://${host}`;
}

/** The tokens in the cookies of a session: ours, then Better Auth's (better-auth 1.7, `cookies/index.ts`). */
function sessionTokens({ request, isHttps }: Exchange): string[] {
  const cookies = parseCookies(request.headers.get('cookie'));
  const betterAuth = `${isHttps ? '__Secure-' : ''}better-auth.session_data`;
  const values = [cookies.get(cookieNames(isHttps).session), cookies.get(betterAuth) ?? joinChunks(cookies, betterAuth)];
  return values.flatMap((value) => value || []);
}

/** Better Auth splits a long value into cookies `name.0`, `name.1` and so on. */
function joinChunks(cookies: ReadonlyMap<string, string>, name: string): string {
  const chunks: string[] = [];
  for (let chunk = cookies.get(`${name}.0`); chunk !== undefined; chunk = cookies.get(`${name}.${chunks.length}`))
    chunks.push(chunk);
  return chunks.join('');
}

function isEqual(expected: string, sent: string): boolean {
  const [one, other] = [Buffer.from(expected), Buffer.from(sent)];
  return one.length === other.length && timingSafeEqual(one, other);
}
