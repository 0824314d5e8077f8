import { startHaproxy } from '../../tests/support/debian/haproxy.js';
import { startPgBouncer } from '../../tests/support/debian/pgbouncer.js';
import { type DebianPostgres, startDebianPostgres, startSynchronousStandby } from '../../tests/support/debian-postgres.js';
import { type CommitCutter, openCommitCutter } from './commit-cutter.js';
import { type RestartableServer, startRestartable } from './restartable.js';

/** Starts real parts, and ends them in the opposite order. */
export interface Parts {
  /** Starts a PostgreSQL with an empty database `tandem`. */
  postgres(): Promise<DebianPostgres>;
  synchronousStandby(primary: DebianPostgres): Promise<DebianPostgres>;
  pgBouncer(...args: Parameters<typeof startPgBouncer>): ReturnType<typeof startPgBouncer>;
  haproxy(...args: Parameters<typeof startHaproxy>): ReturnType<typeof startHaproxy>;
  commitCutter(databaseUrl: string): Promise<CommitCutter>;
  /** Starts the product. @param settings variables beside those of the test's own. */
  server(databaseUrl: string, settings?: Record<string, string>): Promise<RestartableServer>;
  /** Ends all of them. */
  close(): Promise<void>;
}

/** The database that the product uses. */
export const database = 'tandem';

const signals = ['SIGINT', 'SIGTERM'] as const;

/** Has nothing started yet. A signal that ends this process ends the parts first. */
export function createParts(): Parts {
  const closers: (() => Promise<unknown>)[] = [];
  const started = async <Part extends { stop(): Promise<unknown> }>(starting: Promise<Part>): Promise<Part> => {
    const part = await starting;
    closers.push(() => part.stop());
    return part;
  };
  const close = async () => {
    for (const signal of signals) process.off(signal, onSignal);
    for (const each of closers.splice(0).reverse()) await each();
  };
  const onSignal = () => void close().finally(() => process.exit(1));
  for (const signal of signals) process.once(signal, onSignal);
  return {
    postgres: async () => {
      const postgres = await started(startDebianPostgres({ isTrusting: true }));
      await postgres.query(`CREATE DATABASE ${database}`);
      return postgres;
    },
    synchronousStandby: (primary) => started(startSynchronousStandby(primary)),
    pgBouncer: (...args) => started(startPgBouncer(...args)),
    haproxy: (...args) => started(startHaproxy(...args)),
    commitCutter: (url) => started(openCommitCutter(url)),
    server: (url, settings) => started(startRestartable({ DATABASE_URL: url, ...settings })),
    close,
  };
}

/** Reads the tasks of a server's database. */
export const storedIn = (postgres: DebianPostgres) => (): Promise<{ id: number; title: string }[]> =>
  postgres.query('SELECT id, title FROM tasks', database);
