import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The product as an operator runs it: a process of its own, behind a socket. */
export interface ServerProcess {
  /** Such as `http://127.0.0.1:40123`. */
  readonly url: string;
  readonly port: number;
  readonly process: ChildProcess;
  /** What it has printed so far, on both streams. */
  output(): string;
  /**
   * Asks it to end, waits until it has, and drops the data folder that was made for it.
   * @returns its exit code; null when a signal ended it.
   */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** What `npm start` runs, built before the tests (tests/support/start-databases.js). */
export const serverEntry = 'start.js';
const root = path.resolve(import.meta.dirname, '../..');
const startPatienceMs = 30_000;
/** Longer than the server's own patience with what is in flight. */
const stopPatienceMs = 12_000;

/** Copies a data folder whose database is made and migrated: for what is not about the first start. @param target is made. */
export const copyDataDir = (target: string): Promise<void> => cp(process.env.TEST_DATA_DIR ?? '', target, { recursive: true });

/**
 * Starts the product, and waits until it is healthy. Unless told otherwise, on a copied data folder.
 * @param settings variables of the environment; only these and the defaults here reach the process.
 * @param nodeArgs such as a module to preload.
 * @throws when it ends, or is not healthy in time; the message holds what it printed.
 */
export async function startServer(settings: Record<string, string> = {}, nodeArgs: string[] = []): Promise<ServerProcess> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tandem-server-'));
  if (!settings.DATABASE_URL && !settings.DATA_DIR) await copyDataDir(folder);
  const { PATH = '', HOME = folder } = process.env;
  const server = spawn(process.execPath, [...nodeArgs, serverEntry], {
    cwd: root,
    env: { PATH, HOME, DATA_DIR: folder, API_HOST: '127.0.0.1', API_PORT: '0', RATE_LIMIT: 'off', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [server.stdout, server.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  const output = () => printed;
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> => {
    const code = await end(server, signal, output);
    await rm(folder, { recursive: true, force: true });
    return code;
  };
  try {
    const url = await healthy(server, output);
    return { url, port: Number(new URL(url).port), process: server, output, stop };
  } catch (error) {
    await stop('SIGKILL');
    throw error;
  }
}

/** It says itself where it listens, so that no port is taken twice. */
async function healthy(server: ChildProcess, output: () => string): Promise<string> {
  for (const start = Date.now(); Date.now() - start < startPatienceMs; await sleep(50)) {
    if (hasEnded(server)) throw new Error(`The server ended with ${server.exitCode ?? server.signalCode}:\n${output()}`);
    const url = /Health +(http\S+)\/health\s|"health":"(http\S+?)\/health"/.exec(output())?.slice(1).find(Boolean);
    if (url && (await fetch(`${url}/health`).catch(() => undefined))?.ok) return url;
  }
  throw new Error(`The server was not healthy within ${startPatienceMs / 1000} s:\n${output()}`);
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

async function end(server: ChildProcess, signal: NodeJS.Signals, output: () => string): Promise<number | null> {
  if (hasEnded(server)) return server.exitCode;
  const exited = once(server, 'exit');
  server.kill(signal);
  const timer = setTimeout(() => server.kill('SIGKILL'), stopPatienceMs);
  await exited;
  clearTimeout(timer);
  if (server.signalCode === 'SIGKILL' && signal !== 'SIGKILL') throw new Error(`The server did not stop:\n${output()}`);
  return server.exitCode;
}
