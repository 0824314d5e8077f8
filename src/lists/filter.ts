import { type Columns, sqlType } from '../db/table.js';
import type { ListArguments, ListDefinition } from './definition.js';
import { containsText } from './search.js';

/**
 * Writes the `WHERE` clause of a list: the owner first, always.
 * @param values the statement's values; those of the filters are appended.
 */
export function whereClause<C extends Columns, Sort extends string, Filter extends string>(
  list: ListDefinition<C, Sort, Filter>,
  ownerId: string,
  args: ListArguments<Sort, Filter>,
  values: unknown[],
): string {
  const { name } = list.table;
  const conditions = [`${name}.${list.owner.name} = $${values.push(ownerId)}::${sqlType(list.owner)}`];
  for (const [filter, column] of list.filters) {
    const value = args[filter];
    if (value != null) conditions.push(`${name}.${column.name} = $${values.push(value)}::${sqlType(column)}`);
  }
  // Every text contains the empty one.
  if (args.search) conditions.push(containsText(list.searched, name, `$${values.push(args.search)}`));
  return conditions.join(' AND ');
}

/** Whether a list shows all rows of its owner. */
export const isUnfiltered = <Filter extends string>(
  { filters }: Pick<ListDefinition<Columns, string, Filter>, 'filters'>,
  args: ListArguments<string, Filter>,
): boolean => !args.search && [...filters.keys()].every((filter) => args[filter] == null);
