import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Abuse } from '../abuse.js';
import { maxOpenFiles } from '../process.js';
import { unexpectedEndings } from '../sockets.js';
import type { Target } from '../target.js';

/** Connections that are closed on the client's side in the middle of something. */
export const halfOpen: Abuse = {
  name: 'half-open',
  description: 'Connections whose sending side ends before, in and after a request: closed, 400, and the response.',
  maxGrowthMiB: 60,
  commit: async (target) => {
    const cases: [string, (number | 'closed')[]][] = [
      ['', ['closed']],
      ['GET /hea', [400]],
      ['GET /health HTTP/1.1\r\nHost: loc', [400]],
      ['POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{', [400]],
      ['GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n', [200, 'closed']],
    ];
    const groups = await Promise.all(
      cases.map(async ([text, expected]) => {
        const sockets = await target.open(40);
        if (text !== '') sockets.send(text);
        sockets.half();
        const endings = await sockets.endings(3_000);
        sockets.destroy();
        return unexpectedEndings(endings, expected);
      }),
    );
    return groups.flat();
  },
};

const idleCount = 10_000;
/** Files that both processes need beside the connections. */
const otherFiles = 500;
const idleTimeoutMs = 15_000;

/** How many idle connections both processes may have. */
function idleConnections({ pid }: Target): number {
  const most = Math.min(maxOpenFiles('self'), maxOpenFiles(pid)) - otherFiles;
  if (most < idleCount)
    console.warn(`idle-sockets: open files are limited, ${most} connections instead of ${idleCount}. Raise ulimit -n.`);
  return Math.min(most, idleCount);
}

/** Connections on which nothing is ever sent. */
export const idleSockets: Abuse = {
  name: 'idle-sockets',
  description: `${idleCount.toLocaleString('en')} connections from several addresses that send nothing: closed within ${idleTimeoutMs / 1000} s.`,
  isSlow: true,
  maxGrowthMiB: 250,
  commit: async (target) => {
    const sockets = await target.open(idleConnections(target));
    const endings = await sockets.endings(idleTimeoutMs);
    sockets.destroy();
    return unexpectedEndings(endings, ['closed']);
  },
};

/** How long connections are opened and broken off, in milliseconds. */
const churnMs = 1_000;

/** Connections that come and go without a pause. */
export const connectionChurn: Abuse = {
  name: 'connection-churn',
  description: 'Connections that are opened and reset without a pause, twenty at a time.',
  maxGrowthMiB: 100,
  commit: async ({ port }) => {
    const end = performance.now() + churnMs;
    const openAndReset = async () => {
      while (performance.now() < end) {
        const socket = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.9' });
        await once(socket, 'connect');
        socket.resetAndDestroy();
        await once(socket, 'close');
      }
    };
    await Promise.all(Array.from({ length: 20 }, openAndReset));
    return [];
  },
};

/** Nothing: what the honest client sees of a machine that is busy with other work. */
export const nothing: Abuse = {
  name: 'nothing',
  description: 'Nothing, for comparison.',
  maxGrowthMiB: 60,
  commit: async () => {
    await sleep(2_000);
    return [];
  },
};
