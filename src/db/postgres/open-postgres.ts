import pg from 'pg';
import { AppError } from '../../core/errors.js';
import { StartError } from '../../core/start-error.js';
import { PrismaClient } from '../../generated/prisma/client.js';
import type { Logger } from '../../log/log.js';
import { checkStatement, type Database } from '../database.js';
import { isUnreachable } from '../faults.js';
import { toRfc3339 } from '../moments.js';
import { transactionOf } from '../transaction.js';
import { type ConnectionSettings, parseConnectionUrl } from './connection/connection-url.js';
import { createHosts } from './connection/hosts.js';
import { createClientClass } from './connection/hosts-client.js';
import type { LibpqEnvironment } from './connection/url-parameters.js';
import { directUrlOf } from './connection/url-text.js';
import { inspect, type Session } from './inspection.js';
import { migratePostgres } from './migration.js';
import { createPool } from './pool.js';
import { prismaAdapter } from './prisma-adapter.js';
import { refusal } from './refusal/refusal.js';
import { setStatement } from './session-settings.js';
import { startOrWait } from './start.js';
import { createStatements, type RunStatement } from './statements.js';

/** What a deployment decides about its PostgreSQL. */
export interface PostgresSettings {
  /** postgresql://… */
  readonly url: string;
  /** For migrations: the server itself, when `url` leads to a pooler. */
  readonly directUrl?: string | undefined;
  /** What the URLs leave open. */
  readonly libpq?: LibpqEnvironment;
  /** Connections at most. */
  readonly poolSize: number;
  /** Whether statements are prepared by name; `auto` finds out whether they can be. */
  readonly prepared?: 'auto' | 'on' | 'off';
  /** Where the tables are; undefined for the first schema of the role's search_path. */
  readonly schema?: string | undefined;
  /** How long to wait at start for a database that is out of reach, in milliseconds. */
  readonly waitMs?: number;
}

/**
 * Opens a PostgreSQL through one pool that Prisma and `query` share, and brings its schema up to date. When it is out of reach and
 * may be waited for, goes on trying in the background: see `Database.ready`.
 * @throws StartError when it refuses, or is out of reach and may not be waited for.
 */
export async function openPostgres(settings: PostgresSettings, log: Logger): Promise<Database> {
  const connection = parseConnectionUrl(settings.url, settings.libpq);
  const config = poolConfigOf(connection, log);
  const statements = createRunner();
  const onConnect = async (client: pg.ClientBase) => {
    const set = setStatement(statements.session()?.connectionSettings ?? {}, 'session');
    if (set) await client.query(set);
  };
  const size = connection.connectionLimit ?? settings.poolSize;
  const limits = { waitMs: connection.poolTimeoutMs, firstConnectionMs: connection.connectTimeoutMs };
  const main = createPool({ config, size, ...limits, onConnect, log });
  const checks = createPool({ config, size: 1, onConnect, log });
  const adapter = prismaAdapter(Object.assign(main.pool, { query: statements.run }), {
    schema: () => statements.session()?.schema ?? undefined,
    firstStatement: () => setStatement(statements.session()?.transactionSettings ?? {}, 'transaction'),
  });
  const prisma = new PrismaClient({ adapter });

  const start = async () => {
    const session = await prepare(config, settings, log);
    statements.start(session, createStatements({ pool: main.pool, send: main.send, session, log }));
  };
  const close = async () => {
    await prisma.$disconnect();
    await Promise.all([main.end(), checks.end()]);
  };
  const { ready } = await startOrWait(start, {
    waitMs: settings.waitMs ?? 0,
    isTemporary: isUnreachable,
    refusal: (error) => refusal(error, connection),
    log,
  }).catch(async (error) => {
    await close();
    throw error;
  });
  return {
    kind: 'postgresql',
    prisma,
    ready,
    query: async <Row>(text: string, values: readonly unknown[]) =>
      (await statements.run({ text, values: values as unknown[], types })).rows as Row[],
    transaction: transactionOf(prisma),
    check: () => checkTables(checks.send),
    lastSuccessAt: statements.lastSuccessAt,
    close,
  };
}

type PoolConfig = ReturnType<typeof poolConfigOf>;

/** What a pool is told to reach a database. */
const poolConfigOf = (connection: ConnectionSettings, log: Logger) => ({
  Client: createClientClass(createHosts(connection, (warning) => log.warn({ warning }, 'database.warning'))),
  application_name: 'tandem',
});

/** Runs statements once the database is there. */
function createRunner() {
  let opened: { readonly session: Session; readonly run: RunStatement } | undefined;
  let lastSuccess = Number.NEGATIVE_INFINITY;
  const run: RunStatement = async (statement) => {
    if (!opened)
      throw new AppError('SERVICE_UNAVAILABLE', { message: 'The database is not available yet.', retryAfterSeconds: 2 });
    const result = await opened.run(statement);
    lastSuccess = performance.now();
    return result;
  };
  return {
    run,
    session: () => opened?.session,
    lastSuccessAt: () => lastSuccess,
    start: (session: Session, run: RunStatement) => {
      opened = { session, run };
    },
  };
}

async function checkTables(send: RunStatement): Promise<void> {
  const { rows } = await send({ text: checkStatement });
  if (!rows[0]?.hasTables) throw new Error('The database lacks the tables users and tasks.');
}

/** Inspects the connections, and migrates. */
async function prepare(config: PoolConfig, settings: PostgresSettings, log: Logger): Promise<Session & { schema: string }> {
  const { directUrl, schema: wantedSchema, prepared = 'auto' } = settings;
  const connect = async () => {
    const client = new config.Client({ ...config, connectionTimeoutMillis: 10_000 });
    // The statement that runs then fails as well.
    client.on('error', () => {});
    await client.connect();
    return client;
  };
  const session = await inspect(connect, wantedSchema);
  const { schema } = session;
  if (schema === null) {
    throw new StartError('DATABASE_URL: the search_path of the role names no schema that exists; set DATABASE_SCHEMA.');
  }
  for (const warning of session.warnings) log.warn({ warning }, 'database.warning');
  const direct = parseConnectionUrl(directUrl ?? directUrlOf(settings.url), settings.libpq);
  await migratePostgres(poolConfigOf(direct, log), schema, log).catch((error) => {
    throw refusal(error, direct, directUrl === undefined ? 'DATABASE_URL' : 'DATABASE_DIRECT_URL');
  });
  return { ...session, schema, canPrepare: prepared === 'auto' ? session.canPrepare : prepared === 'on' };
}

// Text becomes RFC 3339 without a Date in between, which costs more than the row's other columns.
const types = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.TIMESTAMPTZ
      ? toRfc3339
      : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
};
