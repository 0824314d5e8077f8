import { setTimeout as sleep } from 'node:timers/promises';
import type { DebianPostgres } from '../../tests/support/debian-postgres.js';
import type { Fault, Stage } from '../fault.js';
import { database, type Parts, storedIn } from '../parts/parts.js';
import { repeatFor } from '../repeat.js';

type Inject = (postgres: DebianPostgres, seconds: number) => Promise<void>;

/** A server on a PostgreSQL, to which something happens. */
const onPostgres =
  (inject: Inject, settings?: Record<string, string>) =>
  async (parts: Parts): Promise<Stage> => {
    const postgres = await parts.postgres();
    const server = await parts.server(postgres.url(database), settings);
    return {
      url: server.url,
      stored: storedIn(postgres),
      log: server.log,
      inject: (seconds) => inject(postgres, seconds),
    };
  };

/** Stops and starts PostgreSQL repeatedly. */
const restarted = (end: (postgres: DebianPostgres) => Promise<void>) =>
  onPostgres((postgres, seconds) =>
    repeatFor(seconds, 700, async () => {
      await end(postgres);
      await postgres.start();
    }),
  );

const terminateBackends = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}'`;

/** No width comes twice: every prepared statement that returns the column then has another result type (0A000). */
async function changeColumnType(postgres: DebianPostgres, seconds: number): Promise<void> {
  let width = 200;
  const widen = () => postgres.query(`ALTER TABLE tasks ALTER title TYPE varchar(${++width})`, database);
  await repeatFor(seconds, 500, widen);
}

/** What happens to PostgreSQL itself. */
export const postgresFaults: readonly Fault[] = [
  {
    name: 'postgres-kill',
    description: 'PostgreSQL and all its backends are killed (SIGKILL) and started again.',
    prepare: restarted((postgres) => postgres.kill()),
  },
  {
    name: 'postgres-fast-restart',
    description: 'PostgreSQL shuts down in mode fast and starts again.',
    prepare: restarted((postgres) => postgres.shutDown('fast')),
  },
  {
    name: 'postgres-immediate-restart',
    description: 'PostgreSQL shuts down in mode immediate and starts again.',
    prepare: restarted((postgres) => postgres.shutDown('immediate')),
  },
  {
    name: 'postgres-freeze',
    description: 'PostgreSQL and all its backends stand still (SIGSTOP), then go on.',
    prepare: onPostgres(async (postgres, seconds) => {
      await postgres.signalAll('SIGSTOP');
      await sleep(seconds * 1000);
      await postgres.signalAll('SIGCONT');
    }),
  },
  {
    name: 'backends-terminated',
    description: 'pg_terminate_backend ends every connection of the server, five times a second.',
    prepare: onPostgres((postgres, seconds) => repeatFor(seconds, 200, () => postgres.query(terminateBackends))),
  },
  {
    name: 'pool-exhausted',
    description: 'DATABASE_POOL=2, and the table of tasks is locked.',
    prepare: onPostgres(
      async (postgres, seconds) => {
        await postgres.query(`BEGIN; LOCK TABLE tasks; SELECT pg_sleep(${seconds}); COMMIT`, database);
      },
      { DATABASE_POOL: '2' },
    ),
  },
  {
    name: 'column-type-changed',
    description: 'ALTER TABLE changes the type of a column twice a second: "cached plan must not change result type".',
    prepare: onPostgres(changeColumnType),
  },
];
