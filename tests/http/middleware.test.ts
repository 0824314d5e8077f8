import { once } from 'node:events';
import { type IncomingMessage, request, type Server } from 'node:http';
import { constants } from 'node:os';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { AppError } from '../../src/core/errors.js';
import { HttpResponse } from '../../src/http/response.js';
import { createListener } from '../../src/server/listener.js';
import { body } from '../../src/server/middleware/body.js';
import { unready } from '../../src/server/middleware/unready.js';
import { createRequestHandler, type Middleware, type Respond } from '../../src/server/request-handler.js';
import { listen, type RunningServer } from '../../src/server/socket.js';

describe('the request handler', () => {
  let running: RunningServer;
  afterEach(() => running.stop());

  /** Sends a request. The global `fetch` compares responses with the published documents, which do not describe these. */
  const send = (url: string, method = 'GET'): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => request(url, { method, agent: false }, resolve).once('error', reject).end());

  const fine: Respond = () => new HttpResponse('fine', { headers: { 'Content-Type': 'text/plain' } });

  /** Listens with middleware around a handler, and collects what is logged. */
  async function open(middleware: Middleware[], respond = fine, streamTimeoutMs = 10_000) {
    const lines: Record<string, unknown>[] = [];
    const log = pino({ base: undefined }, { write: (line: string) => lines.push(JSON.parse(line)) });
    const respondError = (_exchange: unknown, { code, status }: AppError) => new HttpResponse(code, { status });
    const handle = createRequestHandler({ middleware, respond, respondError, timeoutMs: 300, log });
    running = await listen(createListener({ handle, log, streamTimeoutMs }), { host: '127.0.0.1', port: 0 }, log);
    return { lines, url: `http://127.0.0.1:${running.port}/` };
  }

  it('ends the connection and logs response.failed when a middleware throws after the API', async () => {
    const fail = () => {
      throw new Error('no answer leaves');
    };
    const { url, lines } = await open([{ after: fail }]);
    await expect(send(url)).rejects.toThrow('socket hang up');
    expect(lines).toEqual([expect.objectContaining({ level: 50, msg: 'response.failed' })]);
  });

  it('stops at the first middleware that responds, and still runs every after', async () => {
    const calls: string[] = [];
    const step = (name: string, response?: HttpResponse): Middleware => ({
      before: () => {
        calls.push(`before ${name}`);
        return response;
      },
      after: () => calls.push(`after ${name}`),
    });
    const { url } = await open([step('one'), step('two', new HttpResponse('two')), step('three')]);
    expect(await text(await send(url))).toBe('two');
    expect(calls).toEqual(['before one', 'before two', 'after one', 'after two', 'after three']);
  });

  it('formats what a middleware throws before the API', async () => {
    const refuse = () => {
      throw new AppError('RATE_LIMITED');
    };
    const { url } = await open([{ before: refuse }]);
    expect((await send(url)).statusCode).toBe(429);
  });

  it('returns TIMEOUT when the API takes longer than the time limit', async () => {
    const { url } = await open([], () => new Promise(() => {}));
    expect((await send(url)).statusCode).toBe(504);
  });

  it('logs server.accept-failed and goes on when connections cannot be accepted', async () => {
    let server: Server | undefined;
    const { url, lines } = await open([], (exchange) => {
      server = (exchange.request.content as IncomingMessage & { socket: { server: Server } }).socket.server;
      return fine(exchange);
    });
    await send(url);
    // What libuv calls after a failed accept(2).
    const { _handle: handle } = server as unknown as { _handle: { onconnection(error: number): void } };
    for (let n = 0; n < 3; n++) handle.onconnection(-constants.errno.ENOBUFS);
    expect(lines).toEqual(Array(3).fill(expect.objectContaining({ level: 40, msg: 'server.accept-failed' })));
    expect((await send(url)).statusCode).toBe(200);
  });

  it('rejects a body whose client left before it was read', async () => {
    const errorCodes = new Promise((resolve) => {
      const leave: Middleware = {
        before: async ({ request: { content } }) => {
          const closed = once(content as Readable, 'close').catch(() => {});
          client.then((sent) => sent.destroy());
          await closed;
          return undefined;
        },
        after: (exchange) => resolve(exchange.errorCodes),
      };
      const client = open([leave, body()]).then(({ url }) => {
        const sent = request(url, { method: 'POST', agent: false, headers: { 'content-length': 10 } }).on('error', () => {});
        sent.write('half');
        return sent;
      });
    });
    expect(await errorCodes).toEqual(['BAD_REQUEST']);
  });

  it('answers CORS preflights, and nothing else, while the database is not ready', async () => {
    const { url } = await open([unready(new Promise(() => {}))]);
    const statusOf = async (method: string) => (await send(url, method)).statusCode;
    expect([await statusOf('OPTIONS'), await statusOf('GET'), await statusOf('DELETE')]).toEqual([200, 503, 503]);
  });

  it('sends two Set-Cookie fields separately, also when their names differ in case', async () => {
    const setCookies: Middleware = {
      after: (_exchange, { headers }) => {
        headers.append('Set-Cookie', 'a=1');
        headers.append('set-cookie', 'b=2');
        headers.append('Vary', 'Origin');
        headers.append('vary', 'Accept');
      },
    };
    const { headers } = await send((await open([setCookies])).url);
    expect(headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect(headers.vary).toBe('Origin, Accept');
  });

  describe('with a streamed response', () => {
    /** A stream that sends a line and stays open. */
    const openStream = () => {
      const stream = new Readable({ read: () => {} });
      stream.push('first\n');
      return stream;
    };

    it('sends every chunk when it arrives, to the end', async () => {
      const { url } = await open([], () => new HttpResponse(Readable.from(['one ', 'two'])));
      const response = await send(url);
      expect([response.headers['content-length'], await text(response)]).toEqual([undefined, 'one two']);
    });

    it('ends it cleanly at its time limit, although the API returned in time', async () => {
      const { url } = await open([], () => new HttpResponse(openStream()), 500);
      expect(await text(await send(url))).toBe('first\n');
    });

    it('ends it cleanly when the server drains, and destroys the source', async () => {
      const stream = openStream();
      const { url } = await open([], () => new HttpResponse(stream));
      const received = text(await send(url));
      await running.stop();
      expect(await received).toBe('first\n');
      expect(stream.destroyed).toBe(true);
    });

    it('destroys the source when the client disconnects', async () => {
      const stream = openStream();
      const closed = new Promise((resolve) => stream.once('close', resolve));
      const { url } = await open([], () => new HttpResponse(stream));
      (await send(url)).destroy();
      await closed;
      expect(stream.destroyed).toBe(true);
    });

    it('closes the connection when the source fails', async () => {
      const stream = openStream();
      const { url, lines } = await open([], () => new HttpResponse(stream));
      const response = await send(url);
      stream.destroy(new Error('the source failed'));
      await expect(text(response)).rejects.toThrow('aborted');
      expect(lines).toEqual([expect.objectContaining({ msg: 'response.failed' })]);
    });
  });
});
