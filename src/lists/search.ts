import { z } from 'zod';
import { text } from '../core/text.js';
import type { Column } from '../db/table.js';

/** The rule for a search term: text that PostgreSQL can compare, no longer than the longest text that is searched. */
export const searchTerm = z.object({ search: text('Search', { max: 1000 }).nullish() });

/**
 * Folds text, so that two texts that differ only in case or in normalization form become the same. Every character is folded by
 * itself, whatever stands beside it: what is part of a text is part of the folded text. By Unicode's rules on every server,
 * also where the database's own locale knows ASCII alone.
 * - Lower case first, for `ẞ`; then upper case, which makes one Σ of `σ` and the final `ς`, and `SS` of `ß`.
 * - `İ` is `I` with a dot in form NFD; without the dot `i`, `ı`, `I` and `İ` are one letter, as Turkish readers expect.
 * - Text in ASCII, told by its length in bytes, needs none of this: ten times faster (docs/performance.md).
 */
const folded = (expression: string): string =>
  `CASE WHEN octet_length(${expression}) = char_length(${expression}) THEN upper(${expression} COLLATE "C")
    ELSE replace(upper(lower(normalize(${expression}, NFD) COLLATE "und-x-icu")), 'I' || chr(775), 'I') COLLATE "C" END`;

/**
 * Writes the condition that one of the columns contains a text, in any case and normalization form. No character has a special
 * meaning. Text that is contained as it is counts too: in form NFD the marks of a letter may have another order.
 * @param term the parameter of the text. A subquery folds it once for the statement, not once for each row.
 */
export function containsText(columns: readonly Column[], table: string, term: string): string {
  const conditions = columns.map((column) => {
    const value = `${table}.${column.name}::text`;
    return `strpos(${folded(value)}, (SELECT ${folded(`${term}::text`)})) > 0 OR strpos(${value} COLLATE "C", ${term}::text) > 0`;
  });
  return `(${conditions.join(' OR ')})`;
}
