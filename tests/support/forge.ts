import { createHmac } from 'node:crypto';
import { testSecret } from './app.js';

/** Base64url of a text, or of a value's JSON. */
export const encode = (part: unknown): string =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');

/** What a token of ours claims. */
export function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}

/** The header of a token of ours. */
export const goodHeader = { alg: 'HS256', typ: 'JWT' };

/**
 * Makes a token by hand, good or not.
 * @param payload an object, or JSON as it is to stand.
 */
export function forge(
  payload: unknown,
  { header = goodHeader as unknown, secret = testSecret as string | Buffer, hash = 'sha256' } = {},
): string {
  const signed = `${encode(header)}.${encode(payload)}`;
  return `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`;
}
