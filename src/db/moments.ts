/**
 * Rewrites a `timestamptz` in UTC, as PostgreSQL writes it in a column (`2025-12-14 10:00:00.12+00`) or in JSON
 * (`2025-12-14T10:00:00.12+00:00`), to RFC 3339 with milliseconds.
 */
export function toRfc3339(text: string): string {
  // Nine of ten in JSON, whose fraction has all its digits.
  if (text.length === 29) return `${text.slice(0, 23)}Z`;
  const fraction = text.slice(20, text.indexOf('+', 19));
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction.padEnd(3, '0')}Z`;
}
