import { snakeCase } from '../rest/names.js';

/** The texts that the schema has about a type, field or argument. */
interface Described {
  readonly description?: string | null;
  readonly deprecationReason?: string | null;
}

/** A name in backticks that REST spells in snake_case. Connections are GraphQL's alone: their names stay. */
const restName = /`(?!\w+Connection`)[a-z]\w*`/g;

/** Returns the description and the deprecation reason as one text, with names in backticks in snake_case. */
export function describe({ description, deprecationReason }: Described): string {
  const text = deprecationReason == null ? [description] : [description, `Deprecated: ${deprecationReason}`];
  return text.join(' ').replaceAll(restName, snakeCase);
}

/** Returns `deprecated: true` for what is deprecated, else nothing. */
export const deprecatedFlag = ({ deprecationReason }: Described) => (deprecationReason == null ? {} : { deprecated: true });
