import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { StartError } from '../../core/start-error.js';
import { PrismaClient } from '../../generated/prisma/client.js';
import type { Database } from '../database.js';
import { migrate } from '../migrations/migrate.js';
import { migrationAdapter } from '../migrations/migration-adapter.js';
import { toRfc3339 } from '../moments.js';
import { transactionOf } from '../transaction.js';

// Any constant will do, as long as every process of this product uses the same one.
const migrationLock = 815_493_027;

/** What each connection is told: a statement, a lock or an idle transaction may not hold a connection for long. */
const sessionSettings =
  '-c TimeZone=UTC -c statement_timeout=5000 -c lock_timeout=2000 -c idle_in_transaction_session_timeout=10000';

/**
 * Opens a PostgreSQL through one pool that Prisma and `query` share.
 * @param url postgresql://…
 * @param poolSize connections at most.
 */
export async function openPostgres(url: string, poolSize: number): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: 2_000,
    // A server that falls silent cannot end a statement itself: past its own limit the connection is given up.
    query_timeout: 7_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    application_name: 'tandem',
    // adapter-pg 7.10 sends times without an offset and reads them as UTC (prisma/orm#26786).
    options: sessionSettings,
  });
  // A connection that breaks while idle is replaced at its next use; unhandled, the event would end the process.
  pool.on('error', () => {});
  try {
    await migrateAlone(pool, url);
  } catch (error) {
    await pool.end();
    throw refusal(error, url);
  }
  const nameOf = statementNames();
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool, { statementNameGenerator: ({ sql }) => nameOf(sql) }) });
  return {
    kind: 'postgresql',
    prisma,
    query: async <Row>(text: string, values: readonly unknown[]) =>
      (await pool.query({ name: nameOf(text), text, values: values as unknown[], types })).rows as Row[],
    transaction: transactionOf(prisma),
    close: async () => {
      await prisma.$disconnect();
      await pool.end();
    },
  };
}

/** Statements that are prepared at most; what is beyond is rare and goes unnamed. */
const preparedStatements = 500;

/** Names statements, so that a connection parses and plans each but once. */
function statementNames(): (text: string) => string {
  const names = new Map<string, string>();
  return (text) => {
    const known = names.get(text);
    if (known) return known;
    if (names.size >= preparedStatements) return '';
    const name = `tandem_${names.size}`;
    names.set(text, name);
    return name;
  };
}

// The session speaks UTC: text becomes RFC 3339 without a Date in between, which costs more than the row's other columns.
const types = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.TIMESTAMPTZ
      ? toRfc3339
      : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
};

/** Of the processes that start at the same moment one migrates, and the others wait for it. */
async function migrateAlone(pool: pg.Pool, url: string): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('SET statement_timeout = 0; SET lock_timeout = 0');
    await client.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    const factory = new PrismaPg({ connectionString: url, options: '-c TimeZone=UTC' });
    const adapter = migrationAdapter(factory, (script) => client.query(script));
    await migrate(async (text) => (await client.query(text)).rows, adapter);
  } finally {
    // Ending the connection lets go of the lock, also after an error.
    client.release(true);
  }
}

function refusal(error: unknown, url: string): unknown {
  if (error instanceof StartError) return error;
  const { host, pathname, username } = new URL(url);
  const place = `the database ${pathname.slice(1)} at ${host}`;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === '28P01' || code === '28000') {
    return new StartError(`DATABASE_URL: ${place} refused the credentials of ${username || 'the default user'}.`, {
      cause: error,
    });
  }
  if (code === '3D000') return new StartError(`DATABASE_URL: ${place} does not exist; create it first.`, { cause: error });
  const reason = code || (error instanceof Error ? error.message : 'unknown error');
  return new StartError(`DATABASE_URL: ${place} cannot be used (${reason}).`, { cause: error });
}
