import { readdir } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { type DaemonFolder, makeDaemonFolder, run } from './debian/daemon.js';
import { type PostgresPlace, type PostgresProcess, postgresProcess, socketEnv } from './debian/postgres-process.js';
import { freePort } from './shell.js';

/** A PostgreSQL server as Debian's packages bring it, where everybody on the network needs a password unless told otherwise. */
export interface DebianPostgres extends PostgresProcess {
  readonly port: number;
  /** Holds the socket, through which the superuser needs no password. */
  readonly socketFolder: string;
  /** Variables with which `psql`, `createdb` and others reach it as the superuser, as in a shell of Debian's user `postgres`. */
  readonly env: { readonly PATH: string; readonly PGHOST: string; readonly PGPORT: string; readonly PGUSER: string };
  /** @returns the URL of a database for the superuser over TCP, without a password: for a server with `isTrusting`. */
  url(database: string): string;
  /** Runs one or more statements as the superuser, on a connection of its own. @returns the rows of a single one. */
  query<Row>(text: string, database?: string): Promise<Row[]>;
  /** Ends the server and removes its files. */
  stop(): Promise<void>;
}

/** How a server differs from Debian's. */
export interface PostgresOptions {
  /** Nobody needs a password. */
  readonly isTrusting?: boolean;
  /** Settings as `name=value`. */
  readonly settings?: readonly string[];
}

/** Starts a server of its own in a temporary folder. @throws Error without Debian's package `postgresql`. */
export const startDebianPostgres = ({ isTrusting, settings }: PostgresOptions = {}): Promise<DebianPostgres> =>
  startInFolder(settings, async (bin, { path: folder, user }) => {
    const access = ['--auth-local=trust', `--auth-host=${isTrusting ? 'trust' : 'scram-sha-256'}`];
    const args = ['-D', path.join(folder, 'data'), '-U', 'postgres', '-E', 'UTF8', '--locale=C.UTF-8', ...access];
    // What is lost when the power fails does not matter to a test, the time to sync does.
    await run(path.join(bin, 'initdb'), [...args, '--no-sync'], { ...user, cwd: folder });
  });

/**
 * Starts a hot standby of a server, made by `pg_basebackup`. The server waits for it at each commit from then on.
 * `SELECT pg_promote()` on the standby makes it a server of its own.
 */
export async function startSynchronousStandby(primary: DebianPostgres): Promise<DebianPostgres> {
  const standby = await startInFolder([], async (bin, { path: folder, user }) => {
    const source = ['-h', primary.socketFolder, '-p', String(primary.port), '-U', 'postgres'];
    const args = [...source, '-D', path.join(folder, 'data'), '--write-recovery-conf', '--checkpoint=fast', '--no-sync'];
    await run(path.join(bin, 'pg_basebackup'), args, { ...user, cwd: folder });
  });
  await primary.query(`ALTER SYSTEM SET synchronous_standby_names = '*'`);
  await primary.query('SELECT pg_reload_conf()');
  const isSynchronous = () => primary.query(`SELECT FROM pg_stat_replication WHERE sync_state = 'sync'`);
  while ((await isSynchronous()).length === 0) await primary.query('SELECT pg_sleep(0.05)');
  return standby;
}

/** Starts a server whose data folder is made by a function. */
async function startInFolder(
  settings: readonly string[] = [],
  makeData: (bin: string, folder: DaemonFolder) => Promise<void>,
): Promise<DebianPostgres> {
  const bin = await findBinaries();
  const folder = await makeDaemonFolder('postgresql');
  const port = await freePort();
  const place: PostgresPlace = { bin, folder, port, settings: ['fsync=off', ...settings] };
  const server = postgresProcess(place);
  try {
    await makeData(bin, folder);
    await server.start();
  } catch (error) {
    await folder.remove();
    throw error;
  }
  return {
    ...server,
    port,
    socketFolder: folder.path,
    env: socketEnv(place),
    url: (database) => `postgresql://postgres@127.0.0.1:${port}/${database}`,
    query: async (text, database = 'postgres') => {
      const client = new pg.Client({ host: folder.path, port, user: 'postgres', database });
      await client.connect();
      try {
        return (await client.query(text)).rows;
      } finally {
        await client.end();
      }
    },
    stop: async () => {
      await server.signalAll('SIGCONT');
      await server.shutDown('immediate');
      await folder.remove();
    },
  };
}

async function findBinaries(): Promise<string> {
  const root = '/usr/lib/postgresql';
  const versions = await readdir(root).catch(() => []);
  const [newest] = versions.sort((a, b) => Number(b) - Number(a));
  if (!newest) throw new Error('This test needs the Debian package postgresql.');
  return path.join(root, newest, 'bin');
}
