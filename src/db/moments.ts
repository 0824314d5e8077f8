/**
 * Rewrites a `timestamptz` as PostgreSQL writes it in UTC (`2025-12-14 10:00:00.12+00`) to RFC 3339 with milliseconds.
 */
export function toRfc3339(text: string): string {
  const fraction = text.slice(20, -3);
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction.padEnd(3, '0')}Z`;
}
