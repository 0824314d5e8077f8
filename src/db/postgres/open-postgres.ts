import pg from 'pg';
import { AppError } from '../../core/errors.js';
import { StartError } from '../../core/start-error.js';
import { PrismaClient } from '../../generated/prisma/client.js';
import type { Logger } from '../../log/log.js';
import { checkStatement, type Database } from '../database.js';
import { isUnreachable } from '../faults.js';
import { toRfc3339 } from '../moments.js';
import { transactionOf } from '../transaction.js';
import { inspect, type Session } from './inspection.js';
import { migratePostgres } from './migration.js';
import { PostgresNotifications } from './notifications.js';
import { createPool } from './pool.js';
import { prismaAdapter } from './prisma-adapter.js';
import { refusal } from './refusal.js';
import { setStatement } from './session-settings.js';
import { startOrWait } from './start.js';
import { createStatements, type RunStatement } from './statements.js';

/** What a deployment decides about its PostgreSQL. */
export interface PostgresSettings {
  /** postgresql://… */
  readonly url: string;
  /** For migrations: the server itself, when `url` leads to a pooler. */
  readonly directUrl?: string | undefined;
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
  const config: pg.ClientConfig = { connectionString: settings.url, application_name: 'tandem' };
  const statements = createRunner();
  const onConnect = async (client: pg.ClientBase) => {
    const set = setStatement(statements.session()?.connectionSettings ?? {}, 'session');
    if (set) await client.query(set);
  };
  const main = createPool({ config, size: settings.poolSize, onConnect, log });
  const checks = createPool({ config, size: 1, onConnect, log });
  const adapter = prismaAdapter(Object.assign(main.pool, { query: statements.run }), {
    schema: () => statements.session()?.schema ?? undefined,
    firstStatement: () => setStatement(statements.session()?.transactionSettings ?? {}, 'transaction'),
  });
  const prisma = new PrismaClient({ adapter });

  const notifications = new PostgresNotifications({
    connect: () => connectTo(directConfig(config, settings), { keepAlive: true, query_timeout: 5_000 }),
    send: (text, values) => statements.run({ text, values: [...values] }),
    log,
  });
  const start = async () => {
    const session = await prepare(config, settings, log);
    statements.start(session, createStatements({ pool: main.pool, send: main.send, session, log }));
  };
  const close = async () => {
    await notifications.close();
    await prisma.$disconnect();
    await Promise.all([main.end(), checks.end()]);
  };
  const { ready } = await startOrWait(start, {
    waitMs: settings.waitMs ?? 0,
    isTemporary: isUnreachable,
    refusal: (error) => refusal(error, settings.url),
    log,
  }).catch(async (error) => {
    await close();
    throw error;
  });
  return {
    kind: 'postgresql',
    prisma,
    notifications,
    ready,
    query: async <Row>(text: string, values: readonly unknown[], signal?: AbortSignal) =>
      (await statements.run({ text, values: values as unknown[], types, signal })).rows as Row[],
    transaction: transactionOf(prisma),
    check: () => checkTables(checks.send),
    lastSuccessAt: main.lastSuccessAt,
    close,
  };
}

/** Runs statements once the database is there. */
function createRunner() {
  let opened: { readonly session: Session; readonly run: RunStatement } | undefined;
  const run: RunStatement = async (statement) => {
    if (opened) return opened.run(statement);
    throw new AppError('SERVICE_UNAVAILABLE', { message: 'The database is not available yet.', retryAfterSeconds: 2 });
  };
  return {
    run,
    session: () => opened?.session,
    start: (session: Session, run: RunStatement) => {
      opened = { session, run };
    },
  };
}

async function checkTables(send: RunStatement): Promise<void> {
  const { rows } = await send({ text: checkStatement });
  if (!rows[0]?.hasTables) throw new Error('The database lacks the tables users and tasks.');
}

async function connectTo(config: pg.ClientConfig, more: pg.ClientConfig = {}): Promise<pg.Client> {
  const client = new pg.Client({ ...config, ...more, connectionTimeoutMillis: 10_000 });
  // The statement that runs then fails as well.
  client.on('error', () => {});
  await client.connect();
  return client;
}

const directConfig = (config: pg.ClientConfig, { directUrl }: PostgresSettings): pg.ClientConfig =>
  directUrl === undefined ? config : { ...config, connectionString: directUrl };

/** Inspects the connections, and migrates. */
async function prepare(config: pg.ClientConfig, settings: PostgresSettings, log: Logger): Promise<Session & { schema: string }> {
  const { schema: wantedSchema, prepared = 'auto' } = settings;
  const session = await inspect(() => connectTo(config), wantedSchema);
  const { schema } = session;
  if (schema === null) {
    throw new StartError('DATABASE_URL: the search_path of the role names no schema that exists; set DATABASE_SCHEMA.');
  }
  for (const warning of session.warnings) log.warn({ warning }, 'database.warning');
  await migratePostgres(directConfig(config, settings), schema, log);
  return { ...session, schema, canPrepare: prepared === 'auto' ? session.canPrepare : prepared === 'on' };
}

// Text becomes RFC 3339 without a Date in between, which costs more than the row's other columns.
const types = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.TIMESTAMPTZ
      ? toRfc3339
      : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
};
