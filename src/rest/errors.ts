import { errorCatalogue } from '../core/error-catalogue.js';
import type { AppError, ErrorDetails, FieldFault } from '../core/errors.js';
import { snakeCase } from './names.js';

/** The media types of an error: the usual one, and RFC 9457's for who asks for it. */
export const errorMediaTypes = { usual: 'application/json', problem: 'application/problem+json' } as const;

/** Faulty fields are named as a REST client writes them. */
function restDetails(details: ErrorDetails): ErrorDetails {
  const { field, errors } = details as { field?: string; errors?: readonly FieldFault[] };
  return {
    ...details,
    ...(field === undefined ? {} : { field: snakeCase(field) }),
    ...(errors === undefined ? {} : { errors: errors.map((fault) => ({ ...fault, field: snakeCase(fault.field) })) }),
  };
}

/** An error in REST's own shape: the one of everything that is no success. */
export const errorBody = ({ code, message, details }: AppError) => ({
  error_code: code,
  message,
  details: restDetails(details),
});

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/**
 * The same error as RFC 9457 shapes it, the code and its details as extension members (§3.2).
 * @param requestId names the occurrence: a URN when it is a UUID; a client may have chosen another name, which is then
 * a fragment of the address that was asked.
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

/** Who an error is worded for. */
export interface Asker {
  /** Whether it is to be a problem of RFC 9457. */
  readonly problem: boolean;
  readonly requestId: string;
}

/** An HTTP answer, before anything makes a `Response` of it. */
interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Words an error as REST answers it. */
export function restError(error: AppError, { problem, requestId }: Asker): Answer {
  const body = problem ? problemBody(error, requestId) : errorBody(error);
  return {
    status: error.status,
    headers: {
      ...error.headers,
      'content-type': problem ? errorMediaTypes.problem : `${errorMediaTypes.usual}; charset=utf-8`,
      // RFC 9110 §12.5.5: another `Accept` would have had another answer.
      vary: 'Accept',
    },
    body: JSON.stringify(body),
  };
}
