import DataLoader from 'dataloader';
import pLimit from 'p-limit';
import type { ConnectionArguments } from '../core/page.js';
import { perRequest, type SignedInContext } from '../core/request-context.js';
import type { Database } from '../db/database.js';
import type { Columns, Row } from '../db/table.js';
import { type Connection, readConnection } from './connection.js';
import type { ListArguments, ListDefinition } from './definition.js';
import { createPageReader, type ListConnection, type Page, type PageArguments } from './pages.js';

/** The lists of a noun: rows of the signed-in user, by page number or by cursor. */
export interface Lists<Item, Sort extends string, Filter extends string> {
  /** @throws AppError `BAD_REQUEST`, `VALIDATION_ERROR` */
  page(context: SignedInContext, args: ListArguments<Sort, Filter> & PageArguments): Promise<Page<Item>>;
  /** @throws AppError `BAD_REQUEST`, `VALIDATION_ERROR` */
  connection(context: SignedInContext, args: ListArguments<Sort, Filter> & ConnectionArguments): Promise<Connection<Item>>;
}

/** Statements that the lists of one request may run at the same time: a request may ask for many, and the pool is shared. */
const maxConcurrentStatements = 2;
const limitPerRequest = perRequest(() => pLimit(maxConcurrentStatements));

/** Creates the lists of a noun. */
export function createLists<C extends Columns, Sort extends string, Filter extends string>(
  db: Database,
  list: ListDefinition<C, Sort, Filter>,
): Lists<Row<C>, Sort, Filter> {
  const readPage = createPageReader(db, list);
  const limited = (context: SignedInContext): ListConnection => ({
    query: (text, values) => limitPerRequest(context)(() => db.query(text, values, context.signal?.())),
  });

  /** The owners of the rows of a list are one user: the same connection, requested for each of them, is read once. */
  const connections = perRequest((context: SignedInContext) => {
    const read = (key: string) => readConnection(limited(context), list, context.viewer.userId, JSON.parse(key));
    return new DataLoader<string, PromiseSettledResult<Connection<Row<C>>>>(
      async (keys) => {
        const distinct = [...new Set(keys)];
        const results = await Promise.allSettled(distinct.map(read));
        const byKey = new Map(distinct.map((key, index) => [key, results[index]]));
        return keys.map((key) => byKey.get(key) as PromiseSettledResult<Connection<Row<C>>>);
      },
      // A mutation's later fields see what the earlier ones wrote.
      { cache: false },
    );
  });

  return {
    page: (context, args) => readPage(limited(context), context.viewer.userId, args),
    connection: async (context, args) => {
      const result = await connections(context).load(JSON.stringify(args));
      if (result.status === 'rejected') throw result.reason;
      return result.value;
    },
  };
}
