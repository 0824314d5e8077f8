import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { freePort } from '../shell.js';

/** A Redis server of Debian's package, without files. */
export interface RedisServer {
  readonly url: string;
  /** Starts it, on the same port each time; resolves when it accepts connections. */
  start(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** Kills it, and resolves when it has ended. */
  kill(): Promise<void>;
  /** Runs redis-cli. @returns what it prints. */
  command(...args: string[]): Promise<string>;
}

/** Chooses a port and a password for a Redis server, which is not started yet. */
export async function createRedis(): Promise<RedisServer> {
  const port = await freePort();
  const password = 'redis-secret-of-the-test';
  let server: ChildProcess | undefined;
  return {
    url: `redis://:${password}@127.0.0.1:${port}`,
    start: async () => {
      const folder = await mkdtemp(path.join(tmpdir(), 'tandem-redis-'));
      const options = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--requirepass', password];
      const started = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'inherit'] });
      server = started;
      started.once('exit', () => rm(folder, { recursive: true, force: true }));
      for await (const chunk of started.stdout) if (`${chunk}`.includes('Ready to accept connections')) break;
    },
    signal: (signal) => server?.kill(signal),
    kill: async () => {
      if (!server || server.exitCode !== null || server.signalCode !== null) return;
      const exited = once(server, 'exit');
      server.kill('SIGKILL');
      await exited;
    },
    command: (...args) => {
      const cli = spawn('redis-cli', ['-p', `${port}`, '-a', password, '--no-auth-warning', ...args], { stdio: 'pipe' });
      return text(cli.stdout);
    },
  };
}
