import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Daemon, type DaemonFolder, run, startDaemon } from './daemon.js';

/** The process of a PostgreSQL server, which can be ended and started again. */
export interface PostgresProcess {
  /** Starts it, and waits until it accepts connections. */
  start(): Promise<void>;
  /** Shuts it down as `pg_ctl` does in one of its modes. */
  shutDown(mode: 'fast' | 'immediate'): Promise<void>;
  /** Sends a signal to the server and to each of its backends at the same time. */
  signalAll(signal: 'SIGSTOP' | 'SIGCONT'): Promise<void>;
  /** Ends server and backends by SIGKILL. */
  kill(): Promise<void>;
}

/** Where a server's programs, files and port are. */
export interface PostgresPlace {
  readonly bin: string;
  /** Holds the folder `data`, and the socket. */
  readonly folder: DaemonFolder;
  readonly port: number;
  /** Settings as `name=value`. */
  readonly settings: readonly string[];
}

/** Variables with which `psql` and others reach the server through its socket. */
export const socketEnv = ({ bin, folder, port }: PostgresPlace) => ({
  PATH: `${bin}:${process.env.PATH}`,
  PGHOST: folder.path,
  PGPORT: String(port),
  PGUSER: 'postgres',
});

/** Describes the process of a server whose data folder exists. It does not run yet. */
export function postgresProcess(place: PostgresPlace): PostgresProcess {
  const { bin, folder, port, settings } = place;
  const flags = settings.flatMap((setting) => ['-c', setting]);
  const args = ['-D', path.join(folder.path, 'data'), '-p', String(port), '-h', 'localhost', '-k', folder.path, ...flags];
  let server: Daemon | undefined;

  async function start(): Promise<void> {
    server = await startDaemon(path.join(bin, 'postgres'), args, folder);
    while ((await run(path.join(bin, 'pg_isready'), [], { env: socketEnv(place) }).catch(() => undefined)) === undefined) {
      if (server.hasEnded()) throw new Error(`PostgreSQL did not start:\n${server.output()}`);
      await sleep(50);
    }
  }

  return {
    start,
    shutDown: async (mode) => server?.end(mode === 'fast' ? 'SIGINT' : 'SIGQUIT'),
    signalAll: async (signal) => {
      if (!server || server.hasEnded()) return;
      for (const pid of [server.pid, ...(await childrenOf(server.pid))]) sendSignal(pid, signal);
    },
    kill: async () => {
      if (!server || server.hasEnded()) return;
      const children = await childrenOf(server.pid);
      const ended = server.end('SIGKILL');
      for (const pid of children) sendSignal(pid, 'SIGKILL');
      await ended;
    },
  };
}

/** Each backend leads a process group of its own, so that no group holds them all. */
async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.split(' ').filter(Boolean).map(Number);
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}
