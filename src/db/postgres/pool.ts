import pg from 'pg';
import type { Logger } from '../../log/log.js';
import type { StatementQueue } from '../database.js';

// A member that @types/pg 8 lacks.
declare module 'pg' {
  interface ClientBase {
    /** Whether the server has ended the last statement that was sent (PostgreSQL's protocol, "ReadyForQuery"). */
    readonly readyForQuery: boolean;
  }
}

/** How long a statement waits for one of the pool's connections, and how long making another one may take, in milliseconds. */
const waitMs = 2_000;
/** How long the first connection may take: a serverless database that sleeps is started by it. */
const firstConnectionMs = 10_000;
/** A server that falls silent cannot end a statement itself: past its own limit the connection is given up. */
const queryTimeoutMs = 7_000;

interface PoolOptions {
  readonly config: pg.ClientConfig;
  readonly size: number;
  readonly waitMs?: number | undefined;
  readonly firstConnectionMs?: number | undefined;
  /** Runs on each new connection before its first use. */
  readonly onConnect: (client: pg.ClientBase) => Promise<void>;
  readonly log: Pick<Logger, 'debug'>;
}

/** Connections that are made when they are needed. */
export interface Pool {
  /** For Prisma's adapter; its `query` may be replaced. */
  readonly pool: pg.Pool;
  /** Runs a statement over any free connection. */
  send(statement: pg.QueryConfig): Promise<pg.QueryResult>;
  /** When a statement or a transaction last succeeded, as `performance.now()` has it. */
  lastSuccessAt(): number;
  queue(): StatementQueue;
  /** The longest that anybody waits for a connection, in milliseconds. */
  readonly maxWaitMs: number;
  end(): Promise<void>;
}

/**
 * Creates a pool. Its first connection is made once for all who wait, and may be slow; so may the first after all were lost. When
 * that fails the next may not: the database is down then, rather than asleep.
 */
export function createPool({ config, size, onConnect, log, ...limits }: PoolOptions): Pool {
  const short = limits.waitMs ?? waitMs;
  const long = limits.firstConnectionMs ?? firstConnectionMs;
  const pool = new pg.Pool({
    ...config,
    max: size,
    connectionTimeoutMillis: short,
    query_timeout: queryTimeoutMs,
    idleTimeoutMillis: 30_000,
    maxLifetimeSeconds: 1_800,
    keepAlive: true,
    onConnect: (client) => onConnect(client),
  });
  // A connection that breaks while idle is replaced at its next use. Unhandled, the event would end the process.
  // The error carries its client, with the secrets of the connection.
  pool.on('error', (error) => log.debug({ code: Object(error).code, reason: error.message }, 'database.connection-lost'));
  let connected = 0;
  pool.on('connect', () => connected++);
  pool.on('remove', () => connected--);
  let lastSuccess = Number.NEGATIVE_INFINITY;
  let releases = 0;
  pool.on('release', (error) => {
    releases++;
    if (!error) lastSuccess = performance.now();
  });

  const connect: pg.Pool['connect'] = pool.connect.bind(pool);
  const query: (statement: pg.QueryConfig) => Promise<pg.QueryResult> = pool.query.bind(pool);
  const connectFirst = firstConnection(pool, connect, { short, long });
  const awake = async () => (connected > 0 ? undefined : connectFirst());

  // `pool.query` calls it with a callback, Prisma's adapter without.
  const connectAwake = (callback?: Parameters<typeof connect>[0]) =>
    callback
      ? connect((error, client, release) => callback(error, client && releaseIdle(client), release))
      : awake()
          .then(() => connect())
          .then(releaseIdle);
  Object.assign(pool, { connect: connectAwake });
  return {
    pool,
    send: (statement) => (connected > 0 ? query(statement) : awake().then(() => query(statement))),
    lastSuccessAt: () => lastSuccess,
    queue: () => ({ waiting: pool.waitingCount, size, releases }),
    // 0 waits without limit; Node's timers take no more than 31 bits.
    maxWaitMs: long && short ? long + short : 2 ** 31 - 1,
    end: () => pool.end(),
  };
}

/**
 * Has a connection dropped at its release unless it is outside of a transaction and no statement runs on it. After a ROLLBACK that
 * failed or timed out, the statements of the next user would run in the transaction, and be lost with it; pg-pool 3.14 does not check.
 */
function releaseIdle(client: pg.PoolClient): pg.PoolClient {
  const { release } = client;
  // During a statement the status is the one before it, which may be a BEGIN.
  const isIdle = () => client.readyForQuery && client.getTransactionStatus() === 'I';
  return Object.assign(client, { release: (error?: Error | boolean) => release(error || !isIdle()) });
}

/** Makes one connection for all who ask while it is being made. */
function firstConnection(pool: pg.Pool, connect: () => Promise<pg.PoolClient>, { short, long }: { short: number; long: number }) {
  let connecting: Promise<void> | undefined;
  let isPatient = true;

  async function connectOnce(): Promise<void> {
    // pg-pool reads the option when it begins to connect.
    pool.options.connectionTimeoutMillis = isPatient ? long : short;
    const client = connect();
    pool.options.connectionTimeoutMillis = short;
    isPatient = false;
    (await client).release();
    isPatient = true;
  }

  return (): Promise<void> => {
    connecting ??= connectOnce().finally(() => {
      connecting = undefined;
    });
    return connecting;
  };
}
