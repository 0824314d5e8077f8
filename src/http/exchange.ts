import { randomUUID } from 'node:crypto';
import type { ErrorCode } from '../core/error-catalogue.js';
import type { Identity } from '../core/identity.js';
import type { ClientInfo } from '../core/request-context.js';
import type { CsrfState } from './csrf.js';
import type { RateLimitState } from './rate-limit-fields.js';
import { HttpRequest } from './request.js';

/** A request on its way, and what the middleware and the APIs find out about it, each in its turn. */
export interface Exchange {
  /** HEAD is served as GET, without the content (RFC 9110 §9.3.2). */
  readonly request: HttpRequest;
  readonly isHead: boolean;
  /** `X-Request-Id`: the client's value if it is valid, otherwise a new UUID. */
  readonly requestId: string;
  /** By `performance.now`, in milliseconds. */
  readonly startedAt: number;
  client: ClientInfo;
  /** Whether the client's connection is encrypted. */
  isHttps: boolean;
  /** Whether a trusted proxy says that it is. */
  isForwardedHttps: boolean;
  identity: Identity;
  csrf: CsrfState;
  /** Takes points of the client's rate limit. @throws AppError `RATE_LIMITED` */
  takePoints: (points: number) => Promise<void>;
  /** What the client has left; undefined when the request does not count. */
  rateLimit: RateLimitState | undefined;
  /** The content; undefined when there was none. */
  body: Buffer | undefined;
  /** The schema coordinates of the operations, for the access log. */
  operations: readonly string[];
  /** The codes of the errors in the response, for the access log. */
  errorCodes: readonly ErrorCode[];
  /** Header fields of the response, whatever it is. */
  extraHeaders: Readonly<Record<string, string>>;
  /** Cookies of the response: name → `Set-Cookie` line. */
  setCookies: ReadonlyMap<string, string>;
  /** Whether the response carries tokens, so that no cache may store it. */
  noStore: boolean;
}

const withoutCookie: CsrfState = { usesCookie: false, source: 'unknown', hasToken: false };
const noCookies: ReadonlyMap<string, string> = new Map();
const takeNone = async (): Promise<void> => {};
const validRequestId = /^[\w.:-]{1,128}$/;

/** Starts the exchange of a request. */
export function createExchange(request: HttpRequest): Exchange {
  const sentId = request.headers.get('x-request-id');
  const isHead = request.method === 'HEAD';
  const requestId = sentId && validRequestId.test(sentId) ? sentId : randomUUID();
  return {
    request: isHead ? new HttpRequest({ ...request, method: 'GET' }) : request,
    isHead,
    requestId,
    startedAt: performance.now(),
    client: { address: 'unknown', userAgent: userAgentOf(request), requestId },
    isHttps: false,
    isForwardedHttps: false,
    identity: { kind: 'anonymous' },
    csrf: withoutCookie,
    takePoints: takeNone,
    rateLimit: undefined,
    body: undefined,
    operations: [],
    errorCodes: [],
    extraHeaders: {},
    setCookies: noCookies,
    noStore: false,
  };
}

const maxUserAgentLength = 255;

/** Node reads header fields as Latin-1, which has neither NUL nor lone surrogates here. */
const userAgentOf = ({ headers }: HttpRequest): string | undefined =>
  headers.get('user-agent')?.trim().slice(0, maxUserAgentLength) || undefined;
