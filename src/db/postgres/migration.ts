import { PrismaPg } from '@prisma/adapter-pg';
import type { SqlMigrationAwareDriverAdapterFactory, SqlQuery } from '@prisma/driver-adapter-utils';
import pg from 'pg';
import type { Logger } from '../../log/log.js';
import { isOutdated, migrate } from '../migrations/migrate.js';
import { migrationAdapter } from '../migrations/migration-adapter.js';
import type { Query } from '../migrations/records.js';
import { formatSettings, quoteName, type Settings, searchPath, setStatement } from './session-settings.js';

/** The number of the lock that a process holds while it migrates. Any will do, as long as all processes use the same. */
const migrationLock = 815_493_027;
/** How often a process that waits for another one's migrations says so. */
const reportEveryMs = 10_000;
const lockNotAvailable = '55P03';

/** A migration may take an hour, and a process that stands still while it holds the lock may not. */
const migrationLimits: Settings = {
  statement_timeout: '0',
  lock_timeout: `${reportEveryMs}ms`,
  idle_in_transaction_session_timeout: '60s',
};

/**
 * Applies what is missing of `prisma/migrations`, all in one transaction. Its lock keeps out other processes that start at the same
 * time; since it belongs to the transaction, nothing is left of it when this process or its connection ends, and a pooler's
 * connection returns clean.
 * @param config a connection that may hold a transaction for long.
 * @param schema where the tables are; made when it does not exist.
 * @throws StartError that names the migration that failed.
 */
export async function migratePostgres(config: pg.ClientConfig, schema: string, log: Pick<Logger, 'info'>): Promise<void> {
  // Prisma's adapter takes a pool only. Of one connection, it keeps to the transaction.
  const pool = new pg.Pool({ ...config, max: 1, idleTimeoutMillis: 0, keepAlive: true });
  // The statement that runs then fails as well.
  pool.on('error', () => {});
  try {
    const query = async (text: string) => (await pool.query<Record<string, unknown>>(text)).rows;
    await begin(query, schema);
    // A process of the version before need not wait for the migrations of the next one.
    if (!(await isOutdated(query))) return;
    await lock(query, schema, log);
    await migrate(query, migrationAdapter(inTransaction(new PrismaPg(pool, { schema })), query, { dispose: async () => {} }));
    await query('COMMIT');
  } finally {
    await pool.end();
  }
}

async function begin(query: Query, schema: string): Promise<void> {
  const settings = { ...formatSettings, ...migrationLimits, ...searchPath(schema) };
  await query(`BEGIN ISOLATION LEVEL READ COMMITTED; ${setStatement(settings, 'transaction')}`);
}

/** Waits for the lock. A wait that was too long ends the transaction, which then begins again. */
async function lock(query: Query, schema: string, log: Pick<Logger, 'info'>): Promise<void> {
  for (let isHeld = false; !isHeld; ) {
    try {
      await query(`SELECT pg_advisory_xact_lock(${migrationLock})`);
      isHeld = true;
    } catch (error) {
      if (Object(error).code !== lockNotAvailable) throw error;
      log.info({ waitedMs: reportEveryMs }, 'database.waiting-for-migration');
      // The pool has dropped the connection, and the transaction with it.
      await begin(query, schema);
    }
  }
  await query(`${setStatement({ lock_timeout: '0' }, 'transaction')}`);
  // CREATE SCHEMA IF NOT EXISTS needs the right to create one also when it exists.
  if ((await query('SELECT FROM pg_catalog.pg_namespace WHERE nspname = current_schema()')).length === 0) {
    await query(`CREATE SCHEMA ${quoteName(schema)}`);
  }
}

/** Prisma's engine locks for the session, which may be a pooler's, and is not told apart from others there: for the transaction, then. */
function inTransaction(factory: SqlMigrationAwareDriverAdapterFactory): SqlMigrationAwareDriverAdapterFactory {
  const connect = async () => {
    const connection = await factory.connect();
    const { queryRaw, executeRaw } = connection;
    const mended = (query: SqlQuery) => ({ ...query, sql: query.sql.replace('pg_advisory_lock(', 'pg_advisory_xact_lock(') });
    return Object.assign(connection, {
      queryRaw: (query: SqlQuery) => queryRaw.call(connection, mended(query)),
      executeRaw: (query: SqlQuery) => executeRaw.call(connection, mended(query)),
    });
  };
  const { provider, adapterName } = factory;
  return { provider, adapterName, connect, connectToShadowDb: connect };
}
