import { type ExecutionResult, GraphQLError } from 'graphql';
import type { AppError } from '../core/errors.js';
import { graphqlRepresentation } from '../http/content-negotiation.js';
import type { Exchange } from '../http/exchange.js';
import { HttpResponse } from '../http/response.js';
import type { Logger } from '../log/log.js';
import { logAndConvertError } from '../schema/errors.js';

/**
 * Formats the result of an operation with the status that GraphQL over HTTP asks for (section 6.4): 200 once there is data,
 * also null; before that the catalogue's, but 200 for `BAD_REQUEST` under `application/json`, as older clients expect.
 */
export function formatResult(exchange: Exchange, { data, errors }: ExecutionResult, log: Logger): HttpResponse {
  const { mediaType, headers: representation } = graphqlRepresentation(exchange.request.headers);
  if (!errors) return new HttpResponse(JSON.stringify({ data }), { headers: representation });
  const appErrors = errors.map((error) => logAndConvertError(error, log, exchange));
  exchange.errorCodes = appErrors.map(({ code }) => code);
  const content = JSON.stringify({ data, errors: appErrors.map((error, index) => formatError(error, errors[index])) });
  if (data !== undefined) return new HttpResponse(content, { headers: { ...retryAfter(appErrors), ...representation } });
  const [first] = appErrors;
  const isLenient = mediaType === 'application/json' && hasLenientStatus(first);
  const status = !first || isLenient ? 200 : first.status;
  return new HttpResponse(content, { status, headers: { ...first?.headers, ...representation } });
}

const hasLenientStatus = (error: AppError | undefined): boolean =>
  error?.code === 'BAD_REQUEST' || error?.code === 'PERSISTED_QUERY_NOT_SUPPORTED';

const retryAfter = (errors: readonly AppError[]) =>
  Object.assign({}, ...errors.map((error) => (error.retryAfterSeconds === undefined ? {} : error.headers)));

/** An error with the catalogue's code and details, at its position in the document and the result. */
function formatError({ code, message, details }: AppError, original: GraphQLError | undefined): GraphQLError {
  const { nodes, source, positions, path } = original ?? {};
  return new GraphQLError(message, { nodes, source, positions, path, extensions: { code, details } });
}

/** The response to a request that is refused as a whole, before GraphQL runs. */
export function formatRequestError({ request }: Exchange, error: AppError): HttpResponse {
  const { mediaType, headers: representation } = graphqlRepresentation(request.headers);
  const { message, code, details, status, headers } = error;
  const isLenient = mediaType === 'application/json' && code === 'PERSISTED_QUERY_NOT_SUPPORTED';
  return new HttpResponse(JSON.stringify({ errors: [{ message, extensions: { code, details } }] }), {
    status: isLenient ? 200 : status,
    headers: { ...headers, ...representation },
  });
}
