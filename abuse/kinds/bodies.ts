import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { Abuse } from '../abuse.js';
import { type AbusiveRequest, flood } from '../flood.js';
import { unexpectedEndings } from '../sockets.js';

const targets = ['POST /graphql', 'POST /api/tasks', 'PUT /api/tasks/1', 'POST /api/auth/login'];
/** Compresses to less than 100 KiB, which a body may have. */
const zeros = Buffer.alloc(50_000_000, 0x20);
const bombs: Readonly<Record<string, Buffer>> = {
  gzip: gzipSync(zeros),
  deflate: deflateSync(zeros),
  br: brotliCompressSync(zeros.subarray(0, 10_000_000)),
  'gzip, gzip': gzipSync(gzipSync(zeros)),
};

/** Small bodies that become large. */
export const compressedBombs: Abuse = {
  name: 'gzip-bombs',
  description: 'Bodies of a few kilobytes that decompress to 50 MB, by gzip, deflate, br and twice by gzip: 415.',
  maxGrowthMiB: 60,
  commit: (target) => {
    const requests = targets.flatMap((each) =>
      Object.entries(bombs).map(
        ([encoding, body]): AbusiveRequest => ({
          target: each,
          headers: { 'content-encoding': encoding },
          body,
          expected: ['415 UNSUPPORTED_MEDIA_TYPE'],
        }),
      ),
    );
    return flood(target, requests);
  },
};

/** Bodies over the limit. */
export const largeBodies: Abuse = {
  name: 'large-bodies',
  description: 'Fifty connections send 10 MB each, by length and in chunks: 413, and closed before it is read.',
  maxGrowthMiB: 60,
  commit: async (target) => {
    const mebibyte = Buffer.alloc(1_048_576, 0x20);
    const chunk = Buffer.concat([Buffer.from('100000\r\n'), mebibyte, Buffer.from('\r\n')]);
    const heads: [string, Buffer][] = [
      ['Content-Length: 10485760', mebibyte],
      ['Transfer-Encoding: chunked', chunk],
    ];
    const groups = await Promise.all(
      heads.map(async ([field, piece]) => {
        const sockets = await target.open(25);
        sockets.send(`POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${field}\r\n\r\n`);
        for (let n = 0; n < 10; n++) sockets.send(piece);
        const endings = await sockets.endings(5_000);
        sockets.destroy();
        // A client that goes on sending may lose the response to the reset.
        return unexpectedEndings(endings, [413, 'closed']);
      }),
    );
    return groups.flat();
  },
};
