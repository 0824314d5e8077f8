import { isIP } from 'node:net';
import proxyAddr from 'proxy-addr';
import { z } from 'zod';
import { isHost } from '../host.js';

/** An on/off switch, in any case. */
export const flag = z
  .string()
  .toLowerCase()
  .pipe(z.enum(['true', 'false', 'on', 'off', '1', '0'], { error: 'must be on or off' }))
  .transform((value) => value === 'true' || value === 'on' || value === '1');

/** A decimal number of days, more than 0 and at most `max`. */
export const days = (max: number) =>
  z
    .string()
    .regex(/^(\d+(\.\d*)?|\.\d+)$/, 'must be a number of days')
    .transform(Number)
    .refine((value) => value > 0, 'must be more than 0 days')
    .refine((value) => value <= max, `must be at most ${max} days`);

/** A length of time such as `500ms`, `30s` or `5m`, `0` or `off` for none; in milliseconds. */
export const duration = z
  .string()
  .toLowerCase()
  .regex(/^(0|off|\d+(ms|s|m|h))$/, 'must be a time such as 30s or 5m, or off')
  .transform((value) => {
    const [, amount = '0', unit = 'ms'] = /^(\d+)([a-z]*)$/.exec(value) ?? [];
    return Number(amount) * ({ ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }[unit] ?? 1);
  })
  .refine((value) => value <= 24 * 3_600_000, 'must be at most 24h');

/** A whole number, in decimal digits. @param min the lowest one. @param max the highest one. */
export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be a whole number from ${min} to ${max}`);

/** Reads values separated by commas. @param faultOf says what is wrong with one, without repeating it; undefined when nothing is. */
export const listOf = (faultOf: (value: string) => string | undefined) =>
  z.string().transform((text, context) => {
    const values = text.split(',').map((value) => value.trim());
    for (const [index, value] of values.entries()) {
      const fault = value && faultOf(value);
      if (fault) context.addIssue({ code: 'custom', message: values.length > 1 ? `${fault} (value ${index + 1})` : fault });
    }
    return values.filter((value) => value !== '');
  });

/** Origins (RFC 6454) as browsers send them, separated by commas. */
export const origins = listOf((value) => {
  if (value === '*') return 'must name each origin: browsers refuse * for requests with credentials';
  if (!value.includes('://')) return 'must be origins with their scheme, such as https://app.example, separated by commas';
  if (!URL.canParse(value)) return 'must be origins such as https://app.example, separated by commas';
  const { origin, protocol, pathname, search, hash, username } = new URL(value);
  if (!/^https?:$/.test(protocol)) return 'must be origins of http or https';
  if (origin === value) return undefined;
  if (username) return 'must be origins without a user name';
  if (value === `${origin}/`) return 'must be origins without a slash at the end';
  if (pathname !== '/' || search || hash) return 'must be origins without a path: nothing after the host and port';
  return 'must be origins as browsers send them: host in lower case and punycode, without the default port';
});

/** What proxy-addr has names for. */
const namedRanges = /^(loopback|linklocal|uniquelocal)$/;

/** Addresses, CIDR ranges and names of ranges of `proxy-addr`, separated by commas. */
export const proxies = listOf((value) => {
  try {
    proxyAddr.compile(value);
    // proxy-addr takes `10` for 0.0.0.10.
    if (namedRanges.test(value) || isIP(value.replace(/\/.*$/, ''))) return undefined;
  } catch {}
  return 'must be addresses, ranges such as 10.0.0.0/8, loopback, linklocal or uniquelocal, separated by commas; no host names';
});

/** An IP address without brackets, or a host name. */
export const host = z
  .string()
  .refine(isHost, 'must be an IP address such as 0.0.0.0 or ::1 (without brackets), or a host name, without a port');
/** PostgreSQL cuts longer names; Prisma (7.10) does not escape a quote in one. */
export const schemaName = z
  .string()
  .refine((name) => Buffer.byteLength(name) <= 63, 'must have at most 63 bytes')
  .refine((name) => !/["\0]/.test(name), 'must not hold a quotation mark')
  .refine((name) => !/^(pg_|information_schema$)/.test(name), "must not be one of PostgreSQL's own");
