import { type ErrorCode, type ErrorDetails, errorCatalogue } from '../core/errors.js';

// REST has no queries.
const { QUERY_TOO_COMPLEX, ...catalogue } = errorCatalogue;

const fault = {
  field: { type: 'string', description: 'The faulty field, as it was sent.' },
  error: { type: 'string', description: 'What is wrong with it.' },
} as const;

/** The one shape of everything that is no success. */
export const errorShape = {
  type: 'object',
  description: 'Why a request failed.',
  required: ['error_code', 'message', 'details'],
  additionalProperties: false,
  properties: {
    error_code: { type: 'string', enum: Object.keys(catalogue), description: 'What to decide by.' },
    message: { type: 'string', description: 'The same in words.' },
    details: {
      type: 'object',
      description: 'What there is to add. When several fields fail, `field` and `error` name the first and `errors` lists all.',
      properties: {
        ...fault,
        errors: {
          type: 'array',
          items: { type: 'object', required: ['field', 'error'], additionalProperties: false, properties: fault },
        },
        retry_after_seconds: { type: 'integer', minimum: 1, description: 'The same as `Retry-After`.' },
      },
    },
  },
} as const;

/** The schema of an answer that can only carry some of the codes. */
export const errorSchema = (codes: readonly ErrorCode[]) => ({
  allOf: [{ $ref: '#/components/schemas/Error' }, { type: 'object', properties: { error_code: { enum: codes } } }],
});

const details: Partial<Record<ErrorCode, ErrorDetails>> = {
  CONFLICT: { field: 'email', error: 'Email has an account already' },
  VALIDATION_ERROR: { field: 'title', error: 'Title must be 1-200 characters' },
  RATE_LIMITED: { retry_after_seconds: 2 },
};

/** An error as it is answered. */
export const errorExample = (code: ErrorCode) => ({
  error_code: code,
  message: code === 'VALIDATION_ERROR' ? 'Invalid title' : errorCatalogue[code].title,
  details: details[code] ?? {},
});
