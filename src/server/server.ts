import type { RequestListener } from 'node:http';
import type { Authenticate } from '../accounts/authenticate.js';
import type { CsrfTokensOf } from '../accounts/sessions/cookies.js';
import type { Config } from '../config.js';
import { formatRequestError } from '../graphql/format-result.js';
import type { Exchange } from '../http/exchange.js';
import { createIsAllowedOrigin } from '../http/origins.js';
import type { HttpRequest } from '../http/request.js';
import type { HttpResponse } from '../http/response.js';
import type { Logger } from '../log/log.js';
import type { RateLimiters } from '../rate-limits/rate-limiters.js';
import { formatError } from '../rest/errors.js';
import { createListener } from './listener.js';
import { accessLog } from './middleware/access-log.js';
import { authentication } from './middleware/authentication.js';
import { body } from './middleware/body.js';
import { clientAddress } from './middleware/client-address.js';
import { cors } from './middleware/cors.js';
import { loadShedding } from './middleware/load-shedding.js';
import { rateLimit } from './middleware/rate-limit.js';
import { responseHeaders } from './middleware/response-headers.js';
import { unready } from './middleware/unready.js';
import type { Overload } from './overload.js';
import { createRequestHandler, type Middleware } from './request-handler.js';

/** What the server is made of. */
export interface ServerParts {
  readonly config: Config;
  readonly log: Logger;
  /** Resolves when the database can be used. */
  readonly ready: Promise<void>;
  readonly overload: Overload;
  readonly authenticate: Authenticate;
  readonly csrfTokensOf: CsrfTokensOf;
  readonly rateLimiters: RateLimiters;
  readonly graphql: (exchange: Exchange) => Promise<HttpResponse>;
  readonly rest: (exchange: Exchange) => Promise<HttpResponse>;
  /** Undefined for what is not a page. */
  readonly pages: (exchange: Exchange) => Promise<HttpResponse> | undefined;
}

/** The server without a socket. */
export interface RequestServer {
  /** Serves one request; tests call it as the listener does. */
  handle(request: HttpRequest): Promise<HttpResponse>;
  /** For Node's HTTP server. */
  readonly listener: RequestListener;
  /** Ends the streams that are being sent, so that a server can drain. */
  endStreams(): void;
}

/** The server: one ordered list of middleware, for both APIs and the pages. */
export function createServer(parts: ServerParts): RequestServer {
  const { config, log, ready, overload, authenticate, csrfTokensOf, rateLimiters, graphql, rest, pages } = parts;
  const isAllowedOrigin = createIsAllowedOrigin(config.corsOrigins, config.production);
  const { beforeBody, afterBody } = authentication({ authenticate, csrfTokensOf, isAllowedOrigin });
  const middleware: Middleware[] = [
    clientAddress(config.trustedProxies, config.production),
    unready(ready),
    loadShedding(overload),
    beforeBody,
    cors({ isAllowed: isAllowedOrigin, log }),
    rateLimit(rateLimiters, config.rateLimits),
    body(),
    afterBody,
    responseHeaders(config.production),
    accessLog(log),
  ];
  const handle = createRequestHandler({
    middleware,
    respond: (exchange) => pages(exchange) ?? (isGraphql(exchange) ? graphql(exchange) : rest(exchange)),
    respondError: (exchange, error) => (isGraphql(exchange) ? formatRequestError : formatError)(exchange, error),
    timeoutMs: config.requestTimeoutMs,
    log,
  });
  return { handle, ...createListener({ handle, log }) };
}

const isGraphql = ({ request }: Exchange): boolean => request.path === '/graphql';
