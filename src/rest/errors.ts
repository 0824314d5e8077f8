import type { AppError, ErrorDetails, FieldFault } from '../core/errors.js';
import { snakeCase } from './names.js';

/** Faulty fields are named as a REST client writes them. */
function restDetails(details: ErrorDetails): ErrorDetails {
  const { field, errors } = details as { field?: string; errors?: readonly FieldFault[] };
  return {
    ...details,
    ...(field === undefined ? {} : { field: snakeCase(field) }),
    ...(errors === undefined ? {} : { errors: errors.map((fault) => ({ ...fault, field: snakeCase(fault.field) })) }),
  };
}

/** Words an error as REST answers it: the one shape of everything that is no success. */
export function restError(error: AppError, fetchAPI: { Response: typeof Response }): Response {
  const body = { error_code: error.code, message: error.message, details: restDetails(error.details) };
  return new fetchAPI.Response(JSON.stringify(body), {
    status: error.status,
    headers: { ...error.headers, 'content-type': 'application/json; charset=utf-8' },
  });
}
