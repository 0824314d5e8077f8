import { type GraphQLArgument, isNonNullType } from 'graphql';
import { idempotencyKeyField, longestIdempotencyKey } from '../idempotency/key.js';
import type { RestOperation } from '../rest/operation.js';
import type { Route } from '../rest/routes.js';
import { isPublic } from '../schema/public-fields.js';
import { returnsTokens } from '../schema/token-fields.js';
import { deprecatedFlag, describe } from './description.js';
import { documentExtensions, parameterSchema } from './schema-object.js';

/** Whether a route is a read that supports conditional requests (RFC 9110 §13). */
export const isConditionalRead = ({ method, hasEtag }: Route): boolean => method === 'GET' && hasEtag === true;

/** Whether a route writes, and so accepts `Idempotency-Key`. */
export const isWrite = ({ method }: Route): boolean => method !== 'GET';

/** Builds the Parameter Objects of an operation: path, query, then header fields. */
export function parameterObjects(operation: RestOperation): object[] {
  const { pathArgs, queryArgs } = operation;
  return [
    ...pathArgs.map((arg) => argumentParameter(arg, 'path')),
    ...queryArgs.map((arg) => argumentParameter(arg, 'query')),
    ...preconditions(operation),
    ...headerFields(operation).map((name) => ({ $ref: reference(name) })),
  ];
}

/** Whether a request for an operation needs a CSRF token when a cookie authenticates it. */
export const needsCsrfToken = ({ route, field }: RestOperation): boolean => isWrite(route) && !isPublic(field);

/** Whether an operation signs in: one for signed-in users returns tokens of another kind, which no cookie carries. */
const isSignIn = ({ field }: RestOperation): boolean => isPublic(field) && returnsTokens(field);

const headerFields = (operation: RestOperation): (keyof typeof sharedParameters)[] => [
  ...(isWrite(operation.route) ? (['Idempotency-Key'] as const) : []),
  ...(isSignIn(operation) ? (['X-Session'] as const) : []),
  ...(needsCsrfToken(operation) ? (['X-CSRF-Token'] as const) : []),
];

const reference = (name: string): string => `#/components/parameters/${name}`;

/**
 * Builds `components.parameters`: the header fields that operations share.
 * @param paths the Paths Object; only those that it refers to are included.
 */
export function componentParameters(paths: object): object {
  const text = JSON.stringify(paths);
  return Object.fromEntries(Object.entries(sharedParameters).filter(([name]) => text.includes(JSON.stringify(reference(name)))));
}

/**
 * Swagger UI sends the `example` of every parameter, optional ones too (swagger-ui 5.35): an optional parameter therefore has
 * none, so that an operation runs as the page shows it. A description may show a value.
 */
const argumentParameter = (arg: GraphQLArgument, location: 'path' | 'query') => ({
  name: arg.name,
  in: location,
  description: describe(arg),
  required: isNonNullType(arg.type),
  ...deprecatedFlag(arg),
  schema: parameterSchema(arg),
  ...(isNonNullType(arg.type) ? { example: documentExtensions(arg).example } : {}),
});

const headerParameter = (name: string, description: string, schema: object = {}) => ({
  name,
  in: 'header',
  description,
  required: false,
  schema: { type: 'string', ...schema },
});

const idempotencyKey = headerParameter(
  idempotencyKeyField,
  'Makes the request safe to retry: a unique value, such as a UUID. Repeating the request with the same key within 24 hours ' +
    'returns the original result instead of writing again. A different request with that key responds 422, and a repeat while ' +
    'the first is in progress responds 409 (draft-ietf-httpapi-idempotency-key-header). A request that ended its own session, ' +
    'such as a logout, responds 401 when repeated. A signup or login returns the same tokens until its refresh token is used ' +
    'or its session ends; repeated later, it opens a new session. A key does not change the rule of `refresh`: repeated more ' +
    'than 10 seconds after the first use of the token, it responds 401 and ends the session.',
  { minLength: 1, maxLength: longestIdempotencyKey },
);

const sharedParameters = {
  [idempotencyKeyField]: idempotencyKey,
  'X-Session': headerParameter(
    'X-Session',
    'With `cookie`, the tokens are in cookies and not in the body. `refresh` then takes the refresh token from its cookie.',
    { enum: ['cookie'] },
  ),
  'X-CSRF-Token': headerParameter(
    'X-CSRF-Token',
    'The CSRF token of the session: required if a cookie authenticates the request. The response header `X-CSRF-Token` of ' +
      'signup, login, refresh and `GET /api/auth/me` carries it. Not needed with a bearer token.',
  ),
};

/** The header fields of conditional requests (RFC 9110 §13.1) that an operation evaluates. */
function preconditions({ route, ifMatch }: RestOperation): object[] {
  const responds412 = 'Entity tags such as `"3"`; responds 412 unless one matches the current state.';
  if (ifMatch)
    return [
      headerParameter('If-Match', responds412),
      headerParameter('If-None-Match', 'Entity tags such as `"3"`; responds 412 if one matches the current state.'),
    ];
  if (!isConditionalRead(route)) return [];
  return [
    headerParameter('If-Match', responds412),
    headerParameter('If-None-Match', 'Entity tags such as `"3"`; responds 304 without a body if one matches the current state.'),
  ];
}
