import { crc32 } from 'node:zlib';

/** Begins every personal API token, so that secret scanners recognize one. */
export const apiTokenPrefix = 'tdm_';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const base = BigInt(alphabet.length);
/** 256 bits and 32 bits in base 62. */
const [secretLength, checksumLength] = [43, 6];
/** Characters of a token that lists show, so that its owner recognizes it; 208 bits stay secret. */
const shownLength = apiTokenPrefix.length + 8;
const form = new RegExp(`^${apiTokenPrefix}[${alphabet}]{${secretLength + checksumLength}}$`);

function toBase62(value: bigint, length: number): string {
  let digits = '';
  for (let rest = value; digits.length < length; rest /= base) digits = alphabet[Number(rest % base)] + digits;
  return digits;
}

const checksumOf = (secret: string): string => toBase62(BigInt(crc32(secret)), checksumLength);

/**
 * Formats a personal API token: the prefix, the secret, and the CRC-32 of the secret's characters. The checksum is of the form
 * that GitHub's tokens have: a scanner tells a token from other text without asking the server.
 * @param secret 32 bytes.
 */
export function formatApiToken(secret: Buffer): string {
  const digits = toBase62(BigInt(`0x${secret.toString('hex')}`), secretLength);
  return `${apiTokenPrefix}${digits}${checksumOf(digits)}`;
}

/** Whether a text has the form of a personal API token and a right checksum. */
export function isApiToken(text: string): boolean {
  if (!form.test(text)) return false;
  const digits = text.slice(apiTokenPrefix.length, -checksumLength);
  return text.endsWith(checksumOf(digits));
}

/** The part of a token that lists show. */
export const shownPrefix = (token: string): string => token.slice(0, shownLength);
