import { type PageRequest, type PageResult, parsePageArgs } from '../core/page.js';
import { validate } from '../core/validate.js';
import { createBatcher } from '../db/batcher.js';
import type { Database } from '../db/database.js';
import { type Column, type Columns, type Row, sqlType } from '../db/table.js';
import type { ListArguments, ListDefinition, Order } from './definition.js';
import { isUnfiltered, whereClause } from './filter.js';
import { orderBy, orderOf } from './order.js';
import { searchTerm } from './search.js';

/** One page by number. */
export interface Page<Item> extends PageResult {
  readonly data: readonly Item[];
  readonly count: number;
}

/** What reads lists: a database, or one with a limit for each request. */
export type ListConnection = Pick<Database, 'query'>;

/** What a statement for a page returns: one row, whatever the page holds. */
interface PageResultRow {
  readonly rows: string;
  readonly total?: number;
}

/** The rows of a page in order and the number of all rows, or without that number one row more if there are more. */
interface PageRows<Item> {
  readonly rows: readonly Item[];
  readonly total: number | undefined;
}

/** An unfiltered page of one owner. */
interface PageKey extends PageRequest {
  readonly ownerId: string;
}

const limitOf = ({ limit }: PageRequest, isCounted: boolean): number => (isCounted ? limit : limit + 1);
const offsetOf = ({ page, limit }: PageRequest): number => (page - 1) * limit;

/** Reads one page. @throws AppError `BAD_REQUEST` for numbers out of bounds, `VALIDATION_ERROR` for a search term. */
export type ReadPage<Item, Sort extends string, Filter extends string> = (
  connection: ListConnection,
  ownerId: string,
  args: ListArguments<Sort, Filter> & PageArguments,
) => Promise<Page<Item>>;

/** Which page; null and absent take the defaults. */
export interface PageArguments {
  readonly page?: number | null;
  readonly limit?: number | null;
  /** Whether to count all rows that match: the more there are, the longer it takes. */
  readonly isCounted: boolean;
}

/** Creates the reader of pages. Each page is one statement; unfiltered pages of concurrent requests share statements. */
export function createPageReader<C extends Columns, Sort extends string, Filter extends string>(
  db: Database,
  list: ListDefinition<C, Sort, Filter>,
): ReadPage<Row<C>, Sort, Filter> {
  const batchers = (isCounted: boolean) =>
    new Map([...list.orders.values()].map((order) => [order, createPageBatcher(db, list, order, isCounted)]));
  const [counted, uncounted] = [batchers(true), batchers(false)];

  return async (connection, ownerId, args) => {
    const request = parsePageArgs(args);
    validate(searchTerm, { search: args.search });
    const order = orderOf(list, args.sort);
    const batcher = (args.isCounted ? counted : uncounted).get(order);
    const { rows, total } =
      batcher && isUnfiltered(list, args)
        ? await batcher({ ownerId, ...request })
        : await readFiltered(connection, list, ownerId, args, request);
    if (total !== undefined) {
      return { data: rows, count: rows.length, total, hasNext: request.page * request.limit < total, ...request };
    }
    const data = rows.slice(0, request.limit);
    return { data, count: data.length, total, hasNext: rows.length > request.limit, ...request };
  };
}

async function readFiltered<C extends Columns, Sort extends string, Filter extends string>(
  { query }: ListConnection,
  list: ListDefinition<C, Sort, Filter>,
  ownerId: string,
  args: ListArguments<Sort, Filter> & PageArguments,
  request: PageRequest,
): Promise<PageRows<Row<C>>> {
  const values: unknown[] = [];
  const where = whereClause(list, ownerId, args, values);
  const size = `$${values.push(limitOf(request, args.isCounted))}::int`;
  const skip = `$${values.push(offsetOf(request))}::bigint`;
  const columns = pageColumns(list, orderOf(list, args.sort), args.isCounted, { where, size, skip });
  const [result] = await query<PageResultRow>(`SELECT ${columns}`, values);
  return toPage(list, result);
}

/** Each key is joined to the rows of its own owner alone, and its page returns by its position: nothing leaks to another. */
function createPageBatcher<C extends Columns, Sort extends string, Filter extends string>(
  db: Database,
  list: ListDefinition<C, Sort, Filter>,
  order: Order,
  isCounted: boolean,
): (key: PageKey) => Promise<PageRows<Row<C>>> {
  const type = sqlType(list.owner);
  const where = `${list.table.name}.${list.owner.name} = key.owner`;
  const columns = pageColumns(list, order, isCounted, { where, size: 'key.size', skip: 'key.skip' });
  const one = `SELECT ${columns} FROM (SELECT $1::${type}, $2::int, $3::bigint) AS key (owner, size, skip)`;
  const many = `SELECT key.position::int, ${columns}
    FROM unnest($1::${type}[], $2::int[], $3::bigint[]) WITH ORDINALITY AS key (owner, size, skip, position)`;
  return createBatcher(
    async (key) => {
      const [result] = await db.query<PageResultRow>(one, [key.ownerId, limitOf(key, isCounted), offsetOf(key)]);
      return toPage(list, result);
    },
    async (keys) => {
      const results = await db.query<PageResultRow & { position: number }>(many, [
        keys.map(({ ownerId }) => ownerId),
        keys.map((key) => limitOf(key, isCounted)),
        keys.map(offsetOf),
      ]);
      const byPosition = new Map(results.map((result) => [result.position, result]));
      return keys.map((_, index) => toPage(list, byPosition.get(index + 1)));
    },
  );
}

/** Writes the select list of a page: the total, when it is counted, and the rows as JSON. */
function pageColumns<C extends Columns>(
  { table }: Pick<ListDefinition<C, string, string>, 'table'>,
  order: Order,
  isCounted: boolean,
  { where, size, skip }: { where: string; size: string; skip: string },
): string {
  const inTable = (column: Column) => `${table.name}.${column.name}`;
  const page = `SELECT ${table.selectList} FROM ${table.name} WHERE ${where} ORDER BY ${orderBy(order, inTable)} LIMIT ${size} OFFSET ${skip}`;
  const total = isCounted ? `(SELECT count(*)::int FROM ${table.name} WHERE ${where}) AS total, ` : '';
  return `${total}(SELECT ${table.jsonList} FROM (${page}) AS page) AS rows`;
}

function toPage<C extends Columns>(
  { table }: Pick<ListDefinition<C, string, string>, 'table'>,
  result: PageResultRow | undefined,
): PageRows<Row<C>> {
  if (!result) throw new Error(`A page of ${table.name} has no row`);
  return { rows: table.fromJson(result.rows), total: result.total };
}
