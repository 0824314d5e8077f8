import { isUtf8 } from 'node:buffer';

/** What `URLSearchParams` writes for bytes that are not UTF-8 (URL Standard, "UTF-8 decode without BOM"). */
const replacement = '\ufffd';

/**
 * Whether a parameter of the query has escapes that are not UTF-8, such as `caf%E9` in Latin-1: its value is not what the client
 * means. A percent sign that begins no escape is a plain character.
 * @param name a parameter that comes once.
 */
export function isMalformedParameter({ search, searchParams }: URL, name: string): boolean {
  if (!searchParams.get(name)?.includes(replacement)) return false;
  const part = search
    .slice(1)
    .split('&')
    .find((each) => new URLSearchParams(each).has(name));
  return part !== undefined && !isUtf8(bytesOf(part));
}

const bytesOf = (part: string): Buffer =>
  Buffer.from(
    part.replaceAll(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))),
    'latin1',
  );
