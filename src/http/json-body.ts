import { AppError } from '../core/errors.js';

/** Whether a content type is JSON's: case does not matter, parameters may follow (RFC 9110 §8.3.1). */
export const isJson = (contentType: string | null): boolean => /^application\/json[ \t]*(;|$)/i.test(contentType ?? '');

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Parses a body.
 * @throws AppError `BAD_REQUEST` when it is not JSON in UTF-8 (RFC 8259 §8.1).
 */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(utf8.decode(body));
  } catch (cause) {
    throw new AppError('BAD_REQUEST', { message: 'The body is not valid JSON.', cause });
  }
}
