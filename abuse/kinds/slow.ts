import type { Abuse } from '../abuse.js';
import { unexpectedEndings } from '../sockets.js';

const count = 500;
/** Between two bytes, in milliseconds. */
const byteMs = 500;
/** The server's limits are 10 s for the header section and 15 s for all of a request; it looks once a second. */
const headersTimeoutMs = 14_000;
const requestTimeoutMs = 19_000;

/** Header sections that never end (Slowloris). */
export const slowHeaders: Abuse = {
  name: 'slow-headers',
  description: `${count} connections send a header field, a byte every half second: 408 and closed within ${headersTimeoutMs / 1000} s.`,
  isSlow: true,
  maxGrowthMiB: 60,
  commit: async (target) => {
    const sockets = await target.open(count);
    sockets.send('GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
    sockets.trickle('a', byteMs);
    const endings = await sockets.endings(headersTimeoutMs);
    sockets.destroy();
    return unexpectedEndings(endings, [408]);
  },
};

const heads = {
  length: 'Content-Length: 1000\r\n\r\n',
  chunked: 'Transfer-Encoding: chunked\r\n\r\n',
  continued: 'Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n',
};

/** Bodies that never end. */
export const slowBodies: Abuse = {
  name: 'slow-bodies',
  description: `${count} connections send a body, a byte every half second, by length, in chunks and after 100 Continue: 408 and closed within ${requestTimeoutMs / 1000} s.`,
  isSlow: true,
  maxGrowthMiB: 60,
  commit: async (target) => {
    const groups = await Promise.all(
      Object.entries(heads).map(async ([name, head]) => {
        const sockets = await target.open(Math.ceil(count / 3));
        sockets.send(`POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${head}`);
        sockets.trickle(name === 'chunked' ? '1\r\n \r\n' : ' ', byteMs);
        const endings = await sockets.endings(requestTimeoutMs);
        sockets.destroy();
        return unexpectedEndings(endings, [408]);
      }),
    );
    return groups.flat();
  },
};
