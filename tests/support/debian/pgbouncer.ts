import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { DebianPostgres } from '../debian-postgres.js';
import { freePort } from '../shell.js';
import { type Daemon, makeDaemonFolder, startDaemon } from './daemon.js';
import { listening } from './listening.js';

/** A PgBouncer in front of a PostgreSQL server, as Debian 12 packages it (1.18): it does not track prepared statements. */
export interface PgBouncer {
  /** @returns the URL of a database, for the superuser. */
  url(database: string): string;
  /** Ends it at once, with every connection that passes through it. */
  kill(): Promise<void>;
  /** Starts it again, at the same port. */
  start(): Promise<void>;
  /** Ends it and removes its files. */
  stop(): Promise<void>;
}

/** How a PgBouncer is set up. */
export interface PgBouncerOptions {
  readonly poolMode: 'transaction' | 'session';
  /** Further settings of the section `[pgbouncer]`, such as `{ ignore_startup_parameters: 'options' }`. None by default. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** Lines of the section `[databases]`; every database of the server by default. */
  readonly databases?: readonly string[];
}

/** Starts a PgBouncer of its own in a temporary folder. @throws Error without Debian's package `pgbouncer`. */
export async function startPgBouncer(postgres: DebianPostgres, options: PgBouncerOptions): Promise<PgBouncer> {
  const folder = await makeDaemonFolder('pgbouncer');
  const port = await freePort();
  const file = path.join(folder.path, 'pgbouncer.ini');
  await writeFile(path.join(folder.path, 'users.txt'), '"postgres" ""\n');
  await writeFile(file, iniFile(postgres, port, options));
  let daemon: Daemon;
  const start = async () => {
    daemon = await startDaemon('pgbouncer', [file], folder);
    await listening(port, daemon);
  };
  const bouncer: PgBouncer = {
    url: (database) => `postgresql://postgres@127.0.0.1:${port}/${database}`,
    kill: () => daemon.end('SIGKILL'),
    start,
    stop: async () => {
      await daemon?.end('SIGKILL');
      await folder.remove();
    },
  };
  return start().then(
    () => bouncer,
    async (error) => {
      await bouncer.stop();
      throw error;
    },
  );
}

const iniFile = (
  { socketFolder, port }: DebianPostgres,
  ownPort: number,
  { poolMode, settings = {}, databases }: PgBouncerOptions,
) => `
[databases]
${(databases ?? [`* = host=${socketFolder} port=${port}`]).join('\n')}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${ownPort}
unix_socket_dir =
auth_type = trust
auth_file = users.txt
pool_mode = ${poolMode}
${Object.entries(settings)
  .map(([name, value]) => `${name} = ${value}\n`)
  .join('')}`;
