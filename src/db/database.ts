import type { Prisma, PrismaClient } from '../generated/prisma/client.js';
import type { Notifications } from './notifications.js';

/** What statements are run with: a database, or one transaction on it. */
export interface Queries {
  /** For writes and rare paths; frequent reads go through `query`. */
  readonly prisma: Prisma.TransactionClient;
  /**
   * Runs one statement.
   * @param text SQL with `$1` … for the values.
   * @returns the rows, columns as the statement names them; `timestamptz` as RFC 3339 text in UTC, `int4` as number.
   */
  query<Row>(text: string, values: readonly unknown[]): Promise<Row[]>;
}

/** One statement: SQL with `$1` … for the values. */
export interface Statement {
  readonly text: string;
  readonly values: readonly (string | number | null)[];
}

/** One transaction. */
export interface Transaction extends Queries {
  /** Runs statements one after the other, in one round trip. @returns the rows of the last. */
  queryTogether<Row>(statements: readonly Statement[]): Promise<Row[]>;
  /** Runs a statement and ends the transaction, in one round trip. It must be the last. */
  commitWith(statement: Statement): Promise<void>;
}

/** The statements that wait for a connection of the pool. */
export interface StatementQueue {
  readonly waiting: number;
  /** Connections that the pool may have. */
  readonly size: number;
  /** How often a connection was released since the start. */
  readonly releases: number;
}

/** One open database, embedded or PostgreSQL: nothing above this folder knows which. */
export interface Database extends Queries {
  readonly kind: 'embedded' | 'postgresql';
  readonly prisma: PrismaClient;
  /** What other processes announce; undefined for the embedded database, which has no other process. */
  readonly notifications?: Notifications;
  /**
   * As `Queries.query`.
   * @param signal stops the statement, which must be a read of a single request; the embedded database completes it.
   * @throws the signal's reason once it has aborted.
   */
  query<Row>(text: string, values: readonly unknown[], signal?: AbortSignal): Promise<Row[]>;
  /**
   * Resolves when statements can run; rejects with a StartError when the database did not come up in time. Until then statements
   * fail with `SERVICE_UNAVAILABLE`.
   */
  readonly ready: Promise<void>;
  /** Runs all of it or nothing. On the embedded database everything else waits meanwhile: use nothing but `Queries` within. */
  transaction<T>(work: (queries: Transaction) => Promise<T>): Promise<T>;
  /** One round trip that waits neither for a busy pool nor for a locked table. Rejects when the database does not answer, or lacks our tables. */
  check(): Promise<void>;
  /** When a statement last succeeded, as `performance.now()` has it. */
  lastSuccessAt(): number;
  /** Undefined for the embedded database, which has no pool. */
  queue?(): StatementQueue;
  /** Waits for what is running, then lets go of connections and locks. */
  close(): Promise<void>;
}

/**
 * Checks that our tables exist, by a statement that locks none.
 * @param query runs it, on a connection with any search_path.
 * @param schema where the tables are.
 * @throws Error when one is missing.
 */
export async function checkTables(
  query: (text: string, values: string[]) => Promise<{ readonly rows: readonly unknown[] }>,
  schema: string,
): Promise<void> {
  const { rows } = await query(
    `SELECT to_regclass(format('%I.users', $1::text)) IS NOT NULL AND to_regclass(format('%I.tasks', $1::text)) IS NOT NULL AS "hasTables"`,
    [schema],
  );
  const [row] = rows as { hasTables: boolean }[];
  if (!row?.hasTables) throw new Error('The database lacks the tables users and tasks.');
}
