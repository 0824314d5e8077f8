import { type ErrorCode, errorCatalogue, errorRows } from '../core/error-catalogue.js';
import { AppError, type ErrorDetails } from '../core/errors.js';
import { errorBody, problemBody } from './errors.js';

const restCodes = errorRows.filter(([, { only }]) => only !== 'GraphQL').map(([code]) => code);

const fault = {
  field: { type: 'string', description: 'The faulty field, as it was sent.' },
  error: { type: 'string', description: 'What is wrong with it.' },
} as const;

/** What both forms of an error have for programs. */
const codeAndDetails = {
  error_code: { type: 'string', enum: restCodes, description: 'What to decide by.' },
  details: {
    type: 'object',
    description: 'What there is to add. When several fields fail, `field` and `error` name the first and `errors` lists all.',
    properties: {
      ...fault,
      errors: {
        type: 'array',
        items: { type: 'object', required: ['field', 'error'], additionalProperties: false, properties: fault },
      },
      reason: {
        enum: ['missing', 'invalid', 'expired', 'revoked'],
        description:
          'Of `UNAUTHENTICATED`: no token was sent; it is not a valid one; it has expired: refresh; or its session has ended: sign in again.',
      },
      retry_after_seconds: { type: 'integer', minimum: 1, description: 'The same as `Retry-After`.' },
    },
  },
} as const;

const closed = (description: string, properties: object) => ({
  type: 'object',
  description,
  required: Object.keys(properties),
  additionalProperties: false,
  properties,
});

const { error_code, details } = codeAndDetails;

/** The one shape of everything that is no success. */
export const errorShape = closed('Why a request failed.', {
  error_code,
  message: { type: 'string', description: 'The same in words.' },
  details,
});

/** The same as RFC 9457 shapes it. */
export const problemShape = closed('Why a request failed, as RFC 9457 has it.', {
  type: { type: 'string', format: 'uri-reference', description: 'Where the code is explained, on this server.' },
  title: { type: 'string', description: 'What the code says, always in the same words.' },
  status: { type: 'integer', description: 'The HTTP status.' },
  detail: { type: 'string', description: 'What is wrong this time.' },
  instance: {
    type: 'string',
    format: 'uri-reference',
    description: 'Names this request in the log: `X-Request-Id` as a URN, or behind a `#` where it is no UUID.',
  },
  error_code,
  details,
});

/** The schema of an answer that can only carry some of the codes. */
export const errorSchema = (shape: 'Error' | 'Problem', codes: readonly ErrorCode[]) => ({
  allOf: [{ $ref: `#/components/schemas/${shape}` }, { type: 'object', properties: { error_code: { enum: codes } } }],
});

const exampleDetails: Partial<Record<ErrorCode, ErrorDetails>> = {
  UNAUTHENTICATED: { reason: 'expired' },
  CONFLICT: { field: 'email', error: 'Email already has an account' },
  VALIDATION_ERROR: { field: 'title', error: 'Title must be 1-200 characters' },
  RATE_LIMITED: { retry_after_seconds: 2 },
};

const example = (code: ErrorCode): AppError => {
  const message = code === 'VALIDATION_ERROR' ? 'Invalid task title' : errorCatalogue[code].title;
  return new AppError(code, { message, details: exampleDetails[code] });
};

/** An error as it is answered. */
export const errorExample = (code: ErrorCode) => errorBody(example(code));

/** The same as RFC 9457 has it. */
export const problemExample = (code: ErrorCode) => problemBody(example(code), '5f0c6a2e-9d3b-4c57-8a54-0d1f7e3b9c11');
