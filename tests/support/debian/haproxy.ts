import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { freePort } from '../shell.js';
import { makeDaemonFolder, startDaemon } from './daemon.js';
import { listening } from './listening.js';

/** An HAProxy in front of servers. */
export interface Haproxy {
  readonly port: number;
  /** Ends it and removes its files. */
  stop(): Promise<void>;
}

/** What an HAProxy balances. */
export interface HaproxyOptions {
  /** Such as `127.0.0.1:8001`. */
  readonly servers: readonly string[];
  /** The lines of the section `listen`: mode and checks. */
  readonly lines: readonly string[];
}

/** Several processes of the product, of which only those are used whose `/health` answers. */
export const httpServers = (servers: readonly string[]): HaproxyOptions => ({
  servers: servers.map((address) => `${address} check`),
  // An empty file closes the connection without a response: HAProxy's own error pages would be none of the product's.
  lines: [
    'mode http',
    ...[502, 503, 504].map((status) => `errorfile ${status} /dev/null`),
    'option httpchk GET /health',
    'option redispatch',
    'retries 3',
    'balance roundrobin',
  ],
});

/** A database that moves: connections lead to the first server that accepts them, and end when it no longer does. */
export const databaseServers = (servers: readonly string[]): HaproxyOptions => ({
  servers: servers.map(
    (address, index) => `${address} check fall 1 on-marked-down shutdown-sessions ${index > 0 ? 'backup' : ''}`,
  ),
  lines: ['mode tcp', 'option tcp-check'],
});

/** Starts an HAProxy of its own in a temporary folder. @throws Error without Debian's package `haproxy`. */
export async function startHaproxy({ servers, lines }: HaproxyOptions): Promise<Haproxy> {
  const folder = await makeDaemonFolder('haproxy');
  const port = await freePort();
  const file = path.join(folder.path, 'haproxy.cfg');
  await writeFile(
    file,
    `
defaults
  timeout connect 1s
  timeout client 30s
  timeout server 30s
  timeout check 1s
  default-server inter 200ms fall 2 rise 1

listen balanced
  bind 127.0.0.1:${port}
${lines.map((line) => `  ${line}\n`).join('')}${servers.map((server, index) => `  server server${index} ${server}\n`).join('')}`,
  );
  const daemon = await startDaemon('haproxy', ['-db', '-f', file], folder);
  const stop = async () => {
    await daemon.end('SIGKILL');
    await folder.remove();
  };
  try {
    await listening(port, daemon);
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, stop };
}
