import type { Config } from '../config.js';
import type { PrismaClient } from '../generated/prisma/client.js';
import { openEmbedded } from './embedded.js';
import { openPostgres } from './postgres.js';

/** One open database, embedded or PostgreSQL: nothing above this folder knows which. */
export interface Database {
  readonly kind: 'embedded' | 'postgresql';
  /** For writes and rare paths; frequent reads go through `query`. */
  readonly prisma: PrismaClient;
  /**
   * Runs one statement.
   * @param text SQL with `$1` … for the values.
   * @returns the rows, columns as the statement names them; `timestamptz` as `Date`, `int4` as number.
   */
  query<Row>(text: string, values: readonly unknown[]): Promise<Row[]>;
  /** Waits for what is running, then lets go of connections and locks. */
  close(): Promise<void>;
}

/**
 * Opens the database and brings its schema up to date.
 * @throws StartError when it is in use, out of reach, or refuses the credentials.
 */
export function openDatabase(config: Pick<Config, 'database' | 'dataDir'>): Promise<Database> {
  return config.database.url ? openPostgres(config.database.url, config.database.poolSize) : openEmbedded(config.dataDir);
}
