import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

export const run = promisify(execFile);

/** The user that daemons run as; empty when the tests do not run as root. */
interface DaemonUser {
  readonly uid?: number;
  readonly gid?: number;
}

/** Finds Debian's user `postgres`: PostgreSQL and PgBouncer refuse to run as root. */
async function daemonUser(): Promise<DaemonUser> {
  if (process.getuid?.() !== 0) return {};
  const numberOf = async (flag: string) => Number((await run('id', [flag, 'postgres'])).stdout);
  return { uid: await numberOf('-u'), gid: await numberOf('-g') };
}

/** A temporary folder that a daemon's user owns and everybody may enter, since clients reach the daemon's socket in it. */
export interface DaemonFolder {
  readonly path: string;
  readonly user: DaemonUser;
  remove(): Promise<void>;
}

/** Makes a folder. @param name of the daemon. */
export async function makeDaemonFolder(name: string): Promise<DaemonFolder> {
  const folder = await mkdtemp(path.join(tmpdir(), `tandem-${name}-`));
  const user = await daemonUser();
  if (user.uid !== undefined && user.gid !== undefined) await chown(folder, user.uid, user.gid);
  await chmod(folder, 0o755);
  return { path: folder, user, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** A running daemon. */
export interface Daemon {
  readonly pid: number;
  hasEnded(): boolean;
  /** What it printed on both streams. */
  output(): string;
  /** Sends a signal and waits until the process has ended. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/**
 * Starts a program of a Debian package. The kernel ends it when this process ends, however that happens.
 * @throws Error when the program is not installed.
 */
export async function startDaemon(program: string, args: readonly string[], { path: cwd, user }: DaemonFolder): Promise<Daemon> {
  await run('which', [program]).catch(() => {
    throw new Error(`This test needs ${program}, from the Debian package of that name.`);
  });
  const { uid, gid } = user;
  const identity = uid === undefined ? [] : ['--reuid', String(uid), '--regid', String(gid), '--clear-groups'];
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...identity, program, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  await once(child, 'spawn');
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  return {
    pid: child.pid as number,
    hasEnded,
    output: () => printed,
    end: async (signal) => {
      if (hasEnded()) return;
      child.kill(signal);
      await exited;
    },
  };
}
