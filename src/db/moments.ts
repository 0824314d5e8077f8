/** A point in time: a `Date` from Prisma, RFC 3339 text from `Database.query`. */
export type Moment = Date | string;

/**
 * Rewrites a `timestamptz`, as PostgreSQL writes it in a column (`2025-12-14 10:00:00.12+00`) or in JSON
 * (`2025-12-14T10:00:00.12+00:00`), to RFC 3339 in UTC with milliseconds.
 * @throws RangeError when the session does not write ISO 8601: no answer is better than a wrong one.
 */
export function toRfc3339(text: string): string {
  // The fast path: in JSON, nine of ten values have all digits of the fraction.
  if (text.length === 29 && text.endsWith('+00:00')) return `${text.slice(0, 23)}Z`;
  const [, date, time, fraction = '', offset] = timestamp.exec(text) ?? [];
  if (offset === undefined) throw new RangeError('PostgreSQL wrote a time that is not in the format ISO 8601.');
  if (/^\+00(:00)?$/.test(offset)) return `${date}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}Z`;
  const minutes = offset.length === 3 ? `${offset}:00` : offset;
  return new Date(`${date}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}${minutes}`).toISOString();
}

const timestamp = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d+))?([+-]\d\d(?::\d\d)?)$/;
