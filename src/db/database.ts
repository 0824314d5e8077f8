import type { Prisma, PrismaClient } from '../generated/prisma/client.js';

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

/** One open database, embedded or PostgreSQL: nothing above this folder knows which. */
export interface Database extends Queries {
  readonly kind: 'embedded' | 'postgresql';
  readonly prisma: PrismaClient;
  /** Runs all of it or nothing. On the embedded database everything else waits meanwhile: use nothing but `Queries` within. */
  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  /** Waits for what is running, then lets go of connections and locks. */
  close(): Promise<void>;
}
