import { PrismaPg } from '@prisma/adapter-pg';
import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import pg from 'pg';
import { AppError } from '../../core/errors.js';
import type { Statement } from '../database.js';

interface Options {
  /** Read when the first statement runs: the schema is known by then. */
  readonly schema: () => string | undefined;
  /** What each transaction begins with, those that Prisma makes for a nested write included. */
  readonly firstStatement: () => string | undefined;
}

/** Creates Prisma's adapter over a pool, whose transactions take fewer round trips (docs/decisions/keyed-writes.md). */
export function prismaAdapter(pool: pg.Pool, { schema, firstStatement }: Options): SqlDriverAdapterFactory {
  const { provider, adapterName } = new PrismaPg(pool);
  const connect = async () => {
    const statements = ['BEGIN ISOLATION LEVEL READ COMMITTED', firstStatement()].filter((text) => text !== undefined);
    return saveRoundTrips(await pool.connect(), statements.join('; '));
  };
  // The adapter connects for transactions alone.
  const transactionPool: pg.Pool = Object.assign(Object.create(pool), { connect });
  return {
    provider,
    adapterName,
    connect: () => {
      const name = schema();
      return new PrismaPg(transactionPool, name === undefined ? {} : { schema: name }).connect();
    },
  };
}

const commit = '; COMMIT';

/**
 * Writes statements as one text. PostgreSQL takes it in one message, and skips what follows the first error ("Simple Query"). Only for
 * connections whose `client_encoding` is UTF8: in SJIS a character may end in the byte of a backslash, and change where a literal ends.
 * @param ending `commit` ends the transaction as well.
 */
export const joinStatements = (statements: readonly Statement[], ending?: 'commit'): string =>
  statements.map(withLiterals).join('; ') + (ending ? commit : '');

const withLiterals = ({ text, values }: Statement): string =>
  text.replaceAll(/\$(\d+)/g, (_, position: string) => literalOf(values[Number(position) - 1]));

// Without a type of its own, as a parameter is. A literal with a backslash becomes an E string, which no setting changes.
const literalOf = (value: Statement['values'][number] | undefined): string =>
  value == null ? 'NULL' : pg.escapeLiteral(String(value));

/** What Prisma's adapter uses of a connection in a transaction. */
interface Connection extends Pick<pg.PoolClient, 'on' | 'removeListener' | 'release'> {
  query(statement: pg.QueryConfig): Promise<pg.QueryResult>;
}

/**
 * Saves a transaction the round trips of BEGIN and COMMIT. BEGIN leaves with the first statement, when that has no values; a text of
 * `joinStatements` may have ended the transaction before Prisma does.
 * @param begin the statements that begin the transaction.
 */
function saveRoundTrips(client: pg.PoolClient, begin: string): Connection {
  let state: 'new' | 'open' | 'ended' = 'new';
  let isReadOnly = false;

  async function send(statement: pg.QueryConfig): Promise<pg.QueryResult> {
    // Of several statements pg returns an array.
    const results: pg.QueryResult | pg.QueryResult[] = await client.query(statement).catch((error) => {
      isReadOnly ||= Object(error).code === readOnlyTransaction;
      throw error;
    });
    return Array.isArray(results) ? results.at(-1) : results;
  }

  /** Prisma ends a transaction over its time while a statement is on its way. After the end it would be committed alone. */
  function refuseAfterEnd(): void {
    if (state === 'ended')
      throw new AppError('SERVICE_UNAVAILABLE', { message: 'The transaction has ended.', retryAfterSeconds: 2 });
  }

  async function sendFirst(statement: pg.QueryConfig): Promise<pg.QueryResult> {
    state = 'open';
    if (!statement.values?.length) return send({ ...statement, text: `${begin}; ${statement.text}` });
    await client.query(begin);
    refuseAfterEnd();
    return send(statement);
  }

  return {
    on: client.on.bind(client),
    removeListener: client.removeListener.bind(client),
    // The server is a standby after a failover: another connection leads to its successor.
    release: (error) => client.release(error ?? isReadOnly),
    query: async (statement) => {
      const { text } = statement;
      const isEnd = text === 'COMMIT' || text === 'ROLLBACK';
      const isOpen = state === 'open';
      if (text === 'BEGIN') return noResult;
      if (isEnd) state = 'ended';
      else refuseAfterEnd();
      if (isEnd && !isOpen) return noResult;
      const result = await (state === 'new' ? sendFirst(statement) : send(statement));
      if (text.endsWith(commit)) state = 'ended';
      return result;
    },
  };
}

/** "read only sql transaction" */
const readOnlyTransaction = '25006';

const noResult: pg.QueryResult = { command: '', rowCount: 0, oid: 0, fields: [], rows: [] };
