import { errorCatalogue } from '../core/error-catalogue.js';
import type { AppError, ErrorDetails, FieldError } from '../core/errors.js';
import { errorMediaTypes, prefersProblem } from '../http/content-negotiation.js';
import type { Exchange } from '../http/exchange.js';
import { HttpResponse } from '../http/response.js';
import { snakeCase } from './names.js';

/** Field errors are named as a REST client writes the fields. */
function restDetails(details: ErrorDetails): ErrorDetails {
  const { field, errors } = details as { field?: string; errors?: readonly FieldError[] };
  return {
    ...details,
    ...(field === undefined ? {} : { field: snakeCase(field) }),
    ...(errors === undefined ? {} : { errors: errors.map((fault) => ({ ...fault, field: snakeCase(fault.field) })) }),
  };
}

/** An error in REST's own shape, which every response has that is not a success. */
export const errorBody = ({ code, message, details }: AppError) => ({
  error_code: code,
  message,
  details: restDetails(details),
});

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/**
 * The same error as problem details (RFC 9457), the code and its details as extension members (§3.2).
 * @param requestId names the occurrence: a URN when it is a UUID; a client may have chosen another name, which is then a
 * fragment of the request's URL.
 */
export const problemBody = (error: AppError, requestId: string) => ({
  type: `/docs/errors#${error.code}`,
  title: errorCatalogue[error.code].title,
  status: error.status,
  detail: error.message,
  instance: uuid.test(requestId) ? `urn:uuid:${requestId}` : `#${requestId}`,
  error_code: error.code,
  details: restDetails(error.details),
});

/** How the client wants errors. */
export interface ErrorFormat {
  /** Whether as problem details (RFC 9457). */
  readonly problem: boolean;
  readonly requestId: string;
}

/** The status, header fields and content of an error. */
export function restError(error: AppError, { problem, requestId }: ErrorFormat) {
  const body = problem ? problemBody(error, requestId) : errorBody(error);
  const headers: Record<string, string> = {
    ...error.headers,
    'content-type': problem ? errorMediaTypes.problem : `${errorMediaTypes.usual}; charset=utf-8`,
    // RFC 9110 §12.5.5: the response depends on `Accept`.
    vary: 'Accept',
  };
  return { status: error.status, headers, body: JSON.stringify(body) };
}

/** The response to a request that failed. */
export function formatError({ request, requestId }: Exchange, error: AppError): HttpResponse {
  const problem = prefersProblem(request.headers.get('accept'));
  const { status, headers, body } = restError(error, { problem, requestId });
  return new HttpResponse(body, { status, headers });
}
