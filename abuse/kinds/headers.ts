import type { Abuse } from '../abuse.js';
import { unexpectedEndings } from '../sockets.js';

const start = 'GET /health HTTP/1.1\r\nHost: localhost\r\n';
const many = (count: number, write: (n: number) => string) => Array.from({ length: count }, (_, n) => write(n)).join('');

/** Header sections over Node's limit of 16 KiB. */
const tooLarge = {
  'one field': `${start}X: ${'x'.repeat(200_000)}\r\n\r\n`,
  'many fields': `${start}${many(20_000, (n) => `X${n}: ${n}\r\n`)}\r\n`,
  'one field name': `${start}${'x'.repeat(200_000)}: x\r\n\r\n`,
  'a cookie': `${start}Cookie: ${many(20_000, (n) => `c${n}=x; `)}\r\n\r\n`,
  'a path': `GET /${'a'.repeat(200_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
  'trailers of a body': `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n${many(20_000, (n) => `X${n}: ${n}\r\n`)}\r\n`,
  'extensions of a chunk': `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2;${'x'.repeat(200_000)}\r\n{}\r\n0\r\n\r\n`,
};

/** Header sections that are too large. */
export const hugeHeaders: Abuse = {
  name: 'huge-headers',
  description:
    'Header sections of 200 KB in fields, names, cookies, the path and trailers, by twenty connections each: 431, 413 or 400, and closed.',
  maxGrowthMiB: 100,
  commit: async (target) => {
    const groups = await Promise.all(
      Object.entries(tooLarge).map(async ([name, text]) => {
        const sockets = await target.open(20);
        sockets.send(Buffer.from(text));
        const endings = await sockets.endings(4_000);
        sockets.destroy();
        return unexpectedEndings(endings, [431, 413, 400]).map((line) => `${name}: ${line}`);
      }),
    );
    return groups.flat();
  },
};
