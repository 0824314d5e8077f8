import type { GraphQLField } from 'graphql';
import type { DeprecationExtension } from '../schema/builder.js';

/** The header fields of a deprecated operation, as they are spelled in the document. */
export type DeprecationHeaders = Partial<Record<'Deprecation' | 'Sunset', string>>;

function momentOf(name: string, date: string): Date {
  const moment = new Date(date);
  if (Number.isNaN(moment.getTime())) throw new Error(`${name} is deprecated, but “${date}” is no date`);
  return moment;
}

/**
 * Tells when an operation was deprecated and when it goes: `Deprecation` (RFC 9745 §2.1, a Date of structured fields,
 * RFC 9651 §3.3.7) and `Sunset` (RFC 8594 §3), for every answer of it. Nothing for an operation that is not deprecated.
 * @throws Error when it has a reason and no date, or goes before it is deprecated (RFC 9745 §4).
 */
export function deprecationHeaders({ name, deprecationReason, extensions }: GraphQLField<unknown, unknown>): DeprecationHeaders {
  if (deprecationReason == null) return {};
  const { deprecation } = extensions as DeprecationExtension;
  if (!deprecation) throw new Error(`${name} is deprecated, but its extensions.deprecation does not say since when`);
  const since = momentOf(name, deprecation.since);
  const sunset = deprecation.sunset === undefined ? undefined : momentOf(name, deprecation.sunset);
  if (sunset && sunset < since) throw new Error(`${name} is gone before it is deprecated`);
  return {
    Deprecation: `@${Math.floor(since.getTime() / 1000)}`,
    ...(sunset ? { Sunset: sunset.toUTCString() } : {}),
  };
}
