import type pg from 'pg';
import { StartError } from '../../core/start-error.js';
import { PrismaClient } from '../../generated/prisma/client.js';
import type { Logger } from '../../log/log.js';
import { checkTables, type Database } from '../database.js';
import { isUnreachable } from '../faults.js';
import { transactionOf } from '../transaction.js';
import { type ConnectionTarget, connectTo, createDirectTarget, createTarget } from './connection/target.js';
import type { LibpqEnvironment } from './connection/url-parameters.js';
import { inspect, noListen, type Session, type SessionWithSchema } from './inspection.js';
import { migratePostgres } from './migration.js';
import { PostgresNotifications } from './notifications.js';
import { createPool } from './pool.js';
import { joinStatements, prismaAdapter } from './prisma-adapter.js';
import { queryOf } from './query.js';
import { refusal } from './refusal/refusal.js';
import { checkRights } from './rights.js';
import { setStatement } from './session-settings.js';
import { startOrWait } from './start.js';
import { createRunner, createStatements, type Runner } from './statements.js';

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
  const target = createTarget(settings.url, settings.libpq, log);
  const direct = createDirectTarget(target, settings, log);
  const statements = createRunner();
  const { main, checks } = createPools(target, settings, statements, log);
  const adapter = prismaAdapter(Object.assign(main.pool, { query: statements.run }), {
    schema: () => statements.session()?.schema ?? undefined,
    firstStatement: () => setStatement(statements.session()?.transactionSettings ?? {}, 'transaction'),
  });
  const prisma = new PrismaClient({ adapter });
  const notifications = new PostgresNotifications({
    connect: () => connectTo(direct, { keepAlive: true, query_timeout: 5_000 }),
    send: (text, values) => statements.run({ text, values: [...values] }),
    log,
  });
  const close = async () => {
    for (const each of [target, direct]) each.stopConnecting();
    await notifications.close();
    await prisma.$disconnect();
    await Promise.all([main.end(), checks.end()]);
  };
  const start = async () => {
    const session = await prepare(target, direct, settings, log);
    if (session.isPooled && direct === target) await stopListening(notifications, log);
    statements.start(session, createStatements({ pool: main.pool, send: main.send, session, log }));
  };
  const waiting = {
    waitMs: settings.waitMs ?? 0,
    isTemporary: isUnreachable,
    refusal: (error: unknown) => refusal(error, target.settings),
    log,
  };
  const { ready } = await startOrWait(start, waiting).catch(async (error) => {
    await close();
    throw error;
  });
  return {
    kind: 'postgresql',
    prisma,
    notifications,
    ready,
    query: queryOf(statements.run),
    transaction: transactionOf(prisma, () => joinerOf(statements.session()), main.maxWaitMs),
    check: async () => checkTables((text, values) => checks.send({ text, values }), statements.schema()),
    lastSuccessAt: main.lastSuccessAt,
    queue: main.queue,
    close,
  };
}

/** Where nothing leads past a pooler. */
async function stopListening(notifications: PostgresNotifications, log: Logger): Promise<void> {
  log.warn({ warning: noListen }, 'database.warning');
  await notifications.close();
}

const joinerOf = (session: Session | undefined) => (session?.wrapsStatements ? undefined : joinStatements);

/** One pool for the work, and one for health checks, which wait for no work. */
function createPools(
  { config, settings: connection }: ConnectionTarget,
  { poolSize }: PostgresSettings,
  statements: Runner,
  log: Logger,
) {
  const onConnect = async (client: pg.ClientBase) => {
    const set = setStatement(statements.session()?.connectionSettings ?? {}, 'session');
    if (set) await client.query(set);
  };
  const limits = { waitMs: connection.poolTimeoutMs, firstConnectionMs: connection.connectTimeoutMs };
  return {
    main: createPool({ config, size: connection.connectionLimit ?? poolSize, ...limits, onConnect, log }),
    checks: createPool({ config, size: 1, onConnect, log }),
  };
}

/** How long each statement of a start may take, migrations aside. */
const startQueryTimeoutMs = 5_000;

/** Inspects the connections, and migrates. */
async function prepare(
  target: ConnectionTarget,
  direct: ConnectionTarget,
  settings: PostgresSettings,
  log: Logger,
): Promise<SessionWithSchema> {
  const { prepared = 'auto' } = settings;
  // A pooler that is paused lets in, and answers nothing.
  const connect = () => connectTo(target, { query_timeout: startQueryTimeoutMs });
  const session = await inspect(connect, settings.schema ?? target.settings.schema);
  const { schema } = session;
  if (schema === null) {
    throw new StartError(
      'DATABASE_URL: the search_path of the role names no schema that exists and that it may use; set DATABASE_SCHEMA.',
    );
  }
  for (const warning of [...target.settings.warnings, ...session.warnings]) log.warn({ warning }, 'database.warning');
  await migratePostgres(direct.config, schema, log).catch((error) => {
    throw refusal(error, direct.settings, settings.directUrl === undefined ? 'DATABASE_URL' : 'DATABASE_DIRECT_URL');
  });
  const client = await connect();
  await checkRights(client, schema).finally(() => client.end());
  const canPrepare = session.canPrepare && target.settings.usesPreparedStatements;
  return { ...session, schema, canPrepare: prepared === 'auto' ? canPrepare : prepared === 'on' };
}
