import type { Abuse } from '../abuse.js';
import { unexpectedEndings } from '../sockets.js';
import type { Target } from '../target.js';

const count = 500;
const unreadTimeoutMs = 45_000;
const get = ({ token }: Target, path: string) =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`;

/** Responses that are never read. */
export const unreadResponses: Abuse = {
  name: 'unread-responses',
  description: `${count} connections send requests for large responses, and never read: closed within ${unreadTimeoutMs / 1000} s.`,
  isSlow: true,
  maxGrowthMiB: 250,
  commit: async (target) => {
    const sockets = await target.open(count, { isReading: false });
    sockets.send(get(target, '/docs/swagger-ui-bundle.js').repeat(10));
    const endings = await sockets.endings(unreadTimeoutMs);
    sockets.destroy();
    return unexpectedEndings(endings, ['closed']);
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
    await sockets.endings(2_000);
    sockets.destroy();
    return [];
  },
};
