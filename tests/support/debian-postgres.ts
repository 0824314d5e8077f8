import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from './shell.js';

const run = promisify(execFile);

/** A PostgreSQL server as Debian's packages bring it, where everybody on the network needs a password. */
export interface DebianPostgres {
  readonly port: number;
  /** Variables with which `psql`, `createdb` and others reach it as the superuser, as in a shell of Debian's user `postgres`. */
  readonly env: { readonly PATH: string; readonly PGHOST: string; readonly PGPORT: string; readonly PGUSER: string };
  stop(): Promise<void>;
}

/** Starts a server of its own in a temporary folder. @throws Error without Debian's package `postgresql`. */
export async function startDebianPostgres(): Promise<DebianPostgres> {
  const bin = await findBinaries();
  const folder = await mkdtemp(path.join(tmpdir(), 'tandem-postgresql-'));
  const data = path.join(folder, 'data');
  await mkdir(data, { mode: 0o700 });
  // PostgreSQL refuses to run as root.
  const user: { uid?: number; gid?: number } = process.getuid?.() === 0 ? await findUser('postgres') : {};
  if (user.uid !== undefined && user.gid !== undefined)
    for (const owned of [folder, data]) await chown(owned, user.uid, user.gid);
  await chmod(folder, 0o755);
  const options = { ...user, cwd: folder };
  const access = ['--auth-local=trust', '--auth-host=scram-sha-256'];
  await run(path.join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '-E', 'UTF8', '--locale=C.UTF-8', ...access], options);
  const port = await freePort();
  const args = ['-D', data, '-p', String(port), '-h', 'localhost', '-k', folder, '-c', 'fsync=off'];
  const server = spawn(path.join(bin, 'postgres'), args, { ...options, stdio: 'ignore' });
  const exited = once(server, 'exit');
  const env = { PATH: `${bin}:${process.env.PATH}`, PGHOST: folder, PGPORT: String(port), PGUSER: 'postgres' };
  while ((await run(path.join(bin, 'pg_isready'), [], { env }).catch(() => undefined)) === undefined) {
    if (server.exitCode !== null) throw new Error('PostgreSQL did not start.');
    await sleep(100);
  }
  return {
    port,
    env,
    stop: async () => {
      server.kill('SIGINT');
      await exited;
      await rm(folder, { recursive: true, force: true });
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

async function findUser(name: string): Promise<{ uid: number; gid: number }> {
  const numberOf = async (flag: string) => Number((await run('id', [flag, name])).stdout);
  return { uid: await numberOf('-u'), gid: await numberOf('-g') };
}
