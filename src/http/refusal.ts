import type { AppError } from '../core/errors.js';
import { restError } from '../rest/errors.js';
import { graphqlRepresentation, prefersProblem } from './accept.js';
import { exchangeOf } from './exchange.js';
import type { LightResponse } from './light-fetch.js';
import { pathOf } from './use-access-log.js';

/** Words an error that ends a request before any operation runs, in the shape of the style it came in. */
export function refusal(request: Request, error: AppError, fetchAPI: { Response: typeof LightResponse }): LightResponse {
  const { message, code, details, status, headers } = error;
  const accept = request.headers.get('accept');
  if (pathOf(request.url) !== '/graphql') {
    const { requestId } = exchangeOf(request);
    const { body, ...init } = restError(error, { problem: prefersProblem(accept), requestId });
    return new fetchAPI.Response(body, init);
  }
  const body = JSON.stringify({ errors: [{ message, extensions: { code, details } }] });
  return new fetchAPI.Response(body, { status, headers: { ...headers, ...graphqlRepresentation(accept).headers } });
}
