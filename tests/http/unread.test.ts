import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { HttpResponse } from '../../src/http/response.js';
import { createListener } from '../../src/server/listener.js';
import { listen, type RunningServer } from '../../src/server/socket.js';
import { eventually } from '../support/eventually.js';
import { requestText } from '../support/socket.js';

describe('a client that does not read its response', () => {
  // More than the system buffers for both sides.
  const content = Buffer.alloc(12_000_000, 'x');
  /** The server's side of each connection, by the path that was requested on it. */
  const connections = new Map<string | undefined, Socket>();
  let server: RunningServer;
  beforeAll(async () => {
    const log = pino({ level: 'silent' });
    const { listener, endStreams } = createListener({ handle: async () => new HttpResponse(content), log });
    const serve: RequestListener = (request, response) => {
      connections.set(request.url, request.socket);
      listener(request, response);
    };
    const limits = { timeoutMs: 3_000, checkEveryMs: 100 };
    server = await listen({ listener: serve, endStreams }, { host: '127.0.0.1', port: 0 }, log, limits);
  });
  afterAll(() => server.stop());

  it('loses its connection, and one that reads gets all of it', async () => {
    const [unreading, reading] = [connect(server.port, '127.0.0.1'), connect(server.port, '127.0.0.1')];
    let received = 0;
    reading.on('data', ({ length }: Buffer) => {
      received += length;
    });
    unreading.pause().on('error', () => {});
    await Promise.all([once(unreading, 'connect'), once(reading, 'connect')]);
    unreading.write(requestText('GET /unread'));
    reading.write(requestText('GET /read'));
    await eventually(() => received > content.length, 20_000);
    await eventually(() => connections.get('/unread')?.destroyed === true, 15_000);
    expect(connections.get('/read')?.destroyed).toBe(false);
    for (const socket of [unreading, reading]) socket.destroy();
  });
});
