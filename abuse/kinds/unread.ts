import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../tests/support/eventually.js';
import type { Abuse } from '../abuse.js';
import { openFiles } from '../process.js';
import type { Target } from '../target.js';

const count = 100;
/** The server's limit is 30 s. */
const unreadTimeoutMs = 36_000;
/** How long the server may take to accept the connections, in milliseconds. */
const acceptTimeoutMs = 5_000;
const get = ({ token }: Target, path: string) =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`;

/** Responses that are never read. */
export const unreadResponses: Abuse = {
  name: 'unread-responses',
  description: `${count} connections request ten large responses each, and never read: closed within ${unreadTimeoutMs / 1000} s.`,
  isSlow: true,
  maxGrowthMiB: 250,
  commit: async (target) => {
    const files = openFiles(target.pid);
    const sockets = await target.open(count, { isReading: false });
    sockets.send(get(target, '/docs/swagger-ui-bundle.js').repeat(10));
    // A client that does not read does not notice either.
    const isOpen = () => openFiles(target.pid) > files + count / 2;
    await eventually(isOpen, acceptTimeoutMs);
    const isClosed = await eventually(() => !isOpen(), unreadTimeoutMs).then(
      () => true,
      () => false,
    );
    const lines = isClosed ? [] : ['the connections are still open'];
    sockets.destroy();
    return lines;
  },
};

/** Requests that are sent without waiting for responses. */
export const pipelining: Abuse = {
  name: 'pipelining',
  description: 'Fifty connections send 2,000 requests each at once, and never read.',
  maxGrowthMiB: 150,
  commit: async (target) => {
    const sockets = await target.open(50, { isReading: false });
    sockets.send(get(target, `/api/tasks/${target.taskId}`).repeat(2_000));
    await sleep(1_000);
    sockets.destroy();
    return [];
  },
};
