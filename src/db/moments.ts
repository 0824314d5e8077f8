/** A point in time: a `Date` from Prisma, RFC 3339 text from `Database.query`. */
export type Moment = Date | string;

/**
 * Rewrites a `timestamptz` in UTC, as PostgreSQL writes it in a column (`2025-12-14 10:00:00.12+00`) or in JSON
 * (`2025-12-14T10:00:00.12+00:00`), to RFC 3339 with milliseconds.
 */
export function toRfc3339(text: string): string {
  // The fast path: in JSON, nine of ten values have all digits of the fraction.
  if (text.length === 29) return `${text.slice(0, 23)}Z`;
  const fraction = text.slice(20, text.indexOf('+', 19));
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction.padEnd(3, '0')}Z`;
}
