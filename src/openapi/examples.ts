import { type GraphQLNamedType, type GraphQLType, getNamedType, isInputObjectType, isObjectType } from 'graphql';
import type { ErrorCode } from '../core/error-catalogue.js';
import { AppError, type ErrorDetails, inputError } from '../core/errors.js';
import { errorBody, problemBody } from '../rest/errors.js';
import { camelCase } from '../rest/names.js';
import { documentExtensions } from './schema-object.js';

/** Returns the example of a type: the one in its extensions, as REST shows it. */
export const exampleOf = (type: GraphQLNamedType): unknown => asRest(type, documentExtensions(type).example);

function asRest(type: GraphQLNamedType, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => asRest(type, item));
  if (typeof value !== 'object' || value === null || !(isObjectType(type) || isInputObjectType(type))) return value;
  const values = value as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.values(type.getFields())
      .filter(({ name }) => Object.hasOwn(values, camelCase(name)))
      .map((field) => [field.name, asRest(getNamedType(field.type as GraphQLType), values[camelCase(field.name)])]),
  );
}

/** An example of `X-Request-Id`. */
export const requestId = '5f0c6a2e-9d3b-4c57-8a54-0d1f7e3b9c11';

const exampleDetails: Partial<Record<ErrorCode, ErrorDetails>> = {
  UNAUTHENTICATED: { reason: 'expired' },
  CONFLICT: { field: 'email', error: 'Email already has an account' },
  RATE_LIMITED: { retry_after_seconds: 2 },
};

const exampleError = (code: ErrorCode): AppError =>
  code === 'VALIDATION_ERROR'
    ? inputError(code, [{ field: 'name', error: 'Name must be 1-255 characters' }])
    : new AppError(code, { details: exampleDetails[code] });

/** Returns an example of an `Error` body with a code. */
export const errorExample = (code: ErrorCode) => errorBody(exampleError(code));

/** Returns the same as a `Problem`. */
export const problemExample = (code: ErrorCode) => problemBody(exampleError(code), requestId);
