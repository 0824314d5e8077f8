import { type ErrorCode, errorRows } from '../core/error-catalogue.js';
import type { JsonSchema } from './schema-object.js';

const restCodes = errorRows.filter(([, { transport }]) => transport !== 'GraphQL').map(([code]) => code);

const fieldErrorSchema = {
  field: { type: 'string', description: 'The invalid field, named as in the request.' },
  error: { type: 'string', description: 'Why the value is invalid.' },
} as const;

/** The properties that both shapes of an error have. */
const codeAndDetails = {
  error_code: { type: 'string', enum: restCodes, description: 'Machine-readable code: branch on this, not on `message`.' },
  details: {
    type: 'object',
    description: 'Further facts. When several fields are invalid, `field` and `error` name the first and `errors` lists all.',
    properties: {
      ...fieldErrorSchema,
      errors: { type: 'array', items: { type: 'object', required: ['field', 'error'], properties: fieldErrorSchema } },
      reason: {
        enum: ['missing', 'invalid', 'expired', 'revoked', 'origin', 'token'],
        description:
          'Of `UNAUTHENTICATED`: no token was sent; it is not a valid one; it has expired, so refresh; or its session has ended, so sign in again. Of `CSRF_FAILED`: the origin is not allowed, or the CSRF token is missing or wrong.',
      },
      scope: { type: 'string', description: 'Of `FORBIDDEN`: the scope that the personal API token lacks.' },
      retry_after_seconds: { type: 'integer', minimum: 1, description: 'The same value as `Retry-After`.' },
    },
  },
} as const;

const allRequired = (description: string, properties: object): JsonSchema => ({
  type: 'object',
  description,
  required: Object.keys(properties),
  properties,
});

const { error_code, details } = codeAndDetails;

/** `Error`: the body of every error response. */
export const errorObject = allRequired('Why a request failed.', {
  error_code,
  message: { type: 'string', description: 'Human-readable message.' },
  details,
});

/** `Problem`: the same as problem details (RFC 9457 §3.1), the code and its details as extension members. */
export const problemObject = allRequired('Why a request failed, as problem details (RFC 9457).', {
  type: { type: 'string', format: 'uri-reference', description: 'URL of the explanation of the code, on this server.' },
  title: { type: 'string', description: 'Summary of the code; always the same text for a code.' },
  status: { type: 'integer', description: 'The HTTP status.' },
  detail: { type: 'string', description: 'Human-readable message about this occurrence.' },
  instance: {
    type: 'string',
    format: 'uri-reference',
    description: 'Identifies this request in the log: `X-Request-Id` as a URN, or after a `#` if it is not a UUID.',
  },
  error_code,
  details,
});

/** Returns the schema of an error response that can only carry some of the codes. */
export const errorSchema = (shape: 'Error' | 'Problem', codes: readonly ErrorCode[]): JsonSchema => ({
  allOf: [{ $ref: `#/components/schemas/${shape}` }, { type: 'object', properties: { error_code: { enum: codes } } }],
});
