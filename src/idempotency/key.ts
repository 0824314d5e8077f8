import { inputError } from '../core/errors.js';

/** The header field's name, as errors and documents spell it. */
export const idempotencyKeyField = 'Idempotency-Key';
/** The longest key, in characters. */
export const longestIdempotencyKey = 255;

// RFC 9651 §3.3.3: a String, in quotes; most clients leave the quotes out.
const quoted = /^"((?:[ !#-[\]-~]|\\["\\])*)"$/;
const plain = /^[!#-~]+$/;

/**
 * Reads `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): the same key with its quotes or without.
 * @throws AppError `BAD_REQUEST`
 */
export function parseIdempotencyKey(field: string): string {
  const key = quoted.exec(field)?.[1]?.replaceAll(/\\(.)/g, '$1') ?? (plain.test(field) ? field : '');
  if (key !== '' && key.length <= longestIdempotencyKey) return key;
  const error = `${idempotencyKeyField} must be 1-${longestIdempotencyKey} printable ASCII characters`;
  throw inputError('BAD_REQUEST', [{ field: idempotencyKeyField, error }]);
}
