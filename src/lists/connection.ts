import { type ConnectionArguments, parseConnectionArgs } from '../core/page.js';
import { validate } from '../core/validate.js';
import type { Column, Columns, Row } from '../db/table.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import type { ListArguments, ListDefinition, Order } from './definition.js';
import { whereClause } from './filter.js';
import { type Bound, orderBy, orderOf, windowConditions } from './order.js';
import type { ListConnection } from './pages.js';
import { searchTerm } from './search.js';

/** An item of a connection, and its position for `after` and `before`. */
export interface Edge<Item> {
  readonly node: Item;
  readonly cursor: string;
}

/** One page by cursor. What costs a statement of its own is a function: it runs only when it is selected. */
export interface Connection<Item> {
  readonly edges: readonly Edge<Item>[];
  hasNextPage(): Promise<boolean>;
  hasPreviousPage(): Promise<boolean>;
  totalCount(): Promise<number>;
}

/**
 * Reads one page by cursor (Cursor Connections Specification). A far page costs what the first does: rows are compared with the
 * cursor's position, never counted.
 * @throws AppError `BAD_REQUEST` for counts out of bounds and for cursors, `VALIDATION_ERROR` for a search term.
 */
export async function readConnection<C extends Columns, Sort extends string, Filter extends string>(
  connection: ListConnection,
  list: ListDefinition<C, Sort, Filter>,
  ownerId: string,
  args: ListArguments<Sort, Filter> & ConnectionArguments,
): Promise<Connection<Row<C>>> {
  const window = parseConnectionArgs(args);
  validate(searchTerm, { search: args.search });
  const order = orderOf(list, args.sort);
  const bounds = (['after', 'before'] as const).flatMap((side): Bound[] => {
    const cursor = window[side];
    return cursor === undefined ? [] : [{ side, position: decodeCursor(order, cursor, side) }];
  });
  const filter = (values: unknown[]) => whereClause(list, ownerId, args, values);
  const select = (count: number, within: readonly Bound[], isReversed = false) =>
    readWindow(connection, { list, order, filter, bounds: within, count, isReversed });

  // One row more than requested tells whether there is a further page.
  const rows = await select(window.count + 1, bounds, window.isBackward);
  const hasMore = rows.length > window.count;
  const page = rows.slice(0, window.count);
  if (window.isBackward) page.reverse();

  /** Whether there are rows on the other side of a cursor that the client sent, its own row included. */
  const hasRowsOutside = async (side: Bound['side']): Promise<boolean> => {
    const bound = bounds.find((each) => each.side !== side);
    return bound !== undefined && (await select(1, [{ side, position: bound.position, isInclusive: true }])).length > 0;
  };
  return {
    edges: page.map((node) => ({ node, cursor: encodeCursor(order, node) })),
    hasNextPage: memoize(async () => (!window.isBackward && hasMore) || hasRowsOutside('after')),
    hasPreviousPage: memoize(async () => (window.isBackward && hasMore) || hasRowsOutside('before')),
    totalCount: memoize(() => countRows(connection, list, filter)),
  };
}

interface WindowQuery<C extends Columns> {
  readonly list: Pick<ListDefinition<C, string, string>, 'table'>;
  readonly order: Order;
  /** Writes the conditions of the list. */
  readonly filter: (values: unknown[]) => string;
  readonly bounds: readonly Bound[];
  readonly count: number;
  readonly isReversed: boolean;
}

/** Reads the rows within bounds in order: each part of them by its index, the first parts' rows first. */
async function readWindow<C extends Columns>(
  { query }: ListConnection,
  { list: { table }, order, filter, bounds, count, isReversed }: WindowQuery<C>,
): Promise<Row<C>[]> {
  const values: unknown[] = [];
  const where = filter(values);
  const conditions = bounds.length > 0 ? windowConditions(order, table.name, bounds, values) : ['TRUE'];
  if (conditions.length === 0) return [];
  const limit = `LIMIT $${values.push(count)}::int`;
  const ordered = orderBy(order, ({ name }: Column) => `${table.name}.${name}`, isReversed);
  const parts = conditions.map(
    (condition) => `SELECT ${table.selectList} FROM ${table.name} WHERE ${where} AND ${condition} ORDER BY ${ordered} ${limit}`,
  );
  if (parts.length === 1) return query<Row<C>>(parts.join(), values);
  const orderedRows = orderBy(order, (_, key) => `"${key}"`, isReversed);
  const union = parts.map((part) => `(${part})`).join(' UNION ALL ');
  return query<Row<C>>(`SELECT * FROM (${union}) AS part ORDER BY ${orderedRows} ${limit}`, values);
}

async function countRows<C extends Columns>(
  { query }: ListConnection,
  { table }: Pick<ListDefinition<C, string, string>, 'table'>,
  filter: (values: unknown[]) => string,
): Promise<number> {
  const values: unknown[] = [];
  const where = filter(values);
  const [result] = await query<{ total: number }>(`SELECT count(*)::int AS total FROM ${table.name} WHERE ${where}`, values);
  return result?.total ?? 0;
}

/** Several parents of one list share a connection: each of its functions runs once. */
function memoize<T>(read: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= read();
    return result;
  };
}
