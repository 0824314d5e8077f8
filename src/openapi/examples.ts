import { type GraphQLNamedType, type GraphQLType, getNamedType, isInputObjectType, isObjectType } from 'graphql';
import { type ErrorCode, errorCatalogue } from '../core/error-catalogue.js';
import { AppError, type ErrorDetails } from '../core/errors.js';
import { errorBody, problemBody } from '../rest/errors.js';
import { camelCase } from '../rest/names.js';
import type { DocumentExtensions } from '../schema/builder.js';

const user = {
  id: 'user_123',
  email: 'ada@example.com',
  name: 'Ada',
  created_at: '2025-12-14T09:30:00.000Z',
  updated_at: '2025-12-14T09:30:00.000Z',
};

const password = 'correct horse battery';
const refreshToken = 'a2Vlc3QtdGhpcy1zZWNyZXQtYW5kLXVzZS1pdC1vbmNl';

/**
 * Examples of types that are request or response bodies, by name; other types have theirs in their extensions. Swagger UI sends those of request bodies as they are:
 * signup, then the others in any order, succeed on an empty database. A change of email or password would make the next login
 * fail, so the example changes the name.
 */
const examples: Readonly<Record<string, object>> = {
  SignupInput: { email: user.email, password, name: user.name },
  LoginInput: { email: user.email, password },
  RefreshInput: { refresh_token: refreshToken },
  UpdateMeInput: { name: 'Ada Lovelace' },
  DeleteMeInput: { password },
  AuthPayload: {
    access_token: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEyMyJ9.c2lnbmF0dXJl',
    token_type: 'Bearer',
    expires_in: 604_800,
    refresh_token: refreshToken,
    user,
  },
  User: user,
  Health: { status: 'ok', version: '1.2.3', uptime_seconds: 12.3 },
  DatabaseHealth: { status: 'ok', latency_ms: 0.8 },
};

/** The example of a type: the one in its extensions, with the fields that REST has, or the one listed here. */
export function exampleOf(type: GraphQLNamedType): unknown {
  const { example } = type.extensions as DocumentExtensions;
  return example ? asRest(type, example) : examples[type.name];
}

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

/** An example of every required parameter, by name. */
export const parameterExamples: Readonly<Record<string, string | number>> = { id: 1 };

/** An example of `X-Request-Id`. */
export const requestId = '5f0c6a2e-9d3b-4c57-8a54-0d1f7e3b9c11';

const exampleDetails: Partial<Record<ErrorCode, ErrorDetails>> = {
  UNAUTHENTICATED: { reason: 'expired' },
  CONFLICT: { field: 'email', error: 'Email already has an account' },
  VALIDATION_ERROR: { field: 'title', error: 'Title must be 1-200 characters' },
  RATE_LIMITED: { retry_after_seconds: 2 },
};

function exampleError(code: ErrorCode): AppError {
  const message = code === 'VALIDATION_ERROR' ? 'Invalid task title' : errorCatalogue[code].title;
  return new AppError(code, { message, details: exampleDetails[code] });
}

/** Returns an example of an `Error` body with a code. */
export const errorExample = (code: ErrorCode) => errorBody(exampleError(code));

/** Returns the same as a `Problem`. */
export const problemExample = (code: ErrorCode) => problemBody(exampleError(code), requestId);
