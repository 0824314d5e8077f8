import { AppError } from '../core/errors.js';
import { withTimeout } from '../core/timeout.js';
import { createExchange, type Exchange } from '../http/exchange.js';
import type { HttpRequest } from '../http/request.js';
import { HttpResponse } from '../http/response.js';
import type { Logger } from '../log/log.js';
import { logAndConvertError } from '../schema/errors.js';

type MaybePromise<T> = T | Promise<T>;

/** One step around every request, for both APIs. */
export interface Middleware {
  /** Runs before the API. @returns a response that ends the request here. @throws AppError becomes the response. */
  before?(exchange: Exchange): MaybePromise<HttpResponse | undefined>;
  /** Runs after the API, also for errors: may change the response's header fields. */
  after?(exchange: Exchange, response: HttpResponse): void;
}

/** Makes the response to a request. */
export type Respond = (exchange: Exchange) => MaybePromise<HttpResponse>;

interface Parts {
  readonly middleware: readonly Middleware[];
  /** The APIs and pages. */
  readonly respond: Respond;
  /** Formats an error in the shape of the API that was called. */
  readonly respondError: (exchange: Exchange, error: AppError) => HttpResponse;
  readonly timeoutMs: number;
  readonly log: Logger;
}

/**
 * Runs the middleware around each request: `before` in their order until one responds, then `after` in their order. What is
 * thrown on the way becomes the response.
 */
export function createRequestHandler(parts: Parts): (request: HttpRequest) => Promise<HttpResponse> {
  const { middleware, respond, respondError, timeoutMs, log } = parts;
  const before = middleware.flatMap((each) => each.before?.bind(each) ?? []);
  const after = middleware.flatMap((each) => each.after?.bind(each) ?? []);

  async function serve(exchange: Exchange): Promise<HttpResponse> {
    for (const step of before) {
      const result = step(exchange);
      const response = result instanceof Promise ? await result : result;
      if (response) return response;
    }
    const response = respond(exchange);
    return response instanceof Promise ? withTimeout(response, timeoutMs, () => new AppError('TIMEOUT')) : response;
  }

  return async (request) => {
    const exchange = createExchange(request);
    const response = await serve(exchange).catch((thrown) => {
      const error = logAndConvertError(thrown, log, exchange);
      exchange.errorCodes = [error.code];
      return respondError(exchange, error);
    });
    for (const step of after) step(exchange, response);
    return exchange.isHead ? withoutContent(response) : response;
  };
}

/** RFC 9110 §9.3.2: the header fields of a HEAD are those of the GET. */
function withoutContent({ status, headers }: HttpResponse): HttpResponse {
  return new HttpResponse(null, { status, headers: headers.fields });
}
