import { once } from 'node:events';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { HttpResponse } from '../../src/http/response.js';
import { createListener } from '../../src/server/listener.js';
import { listen, type RunningServer } from '../../src/server/socket.js';
import { eventually } from '../support/eventually.js';
import { openConnection, openSocketApp, requestText, type SocketApp } from '../support/socket.js';

/** Stops a server. @returns how long it took, in milliseconds. */
async function stopTime({ stop }: Pick<RunningServer, 'stop'>): Promise<number> {
  const startedAt = performance.now();
  await stop();
  return performance.now() - startedAt;
}

describe('a server that stops does not wait', () => {
  let app: SocketApp;
  beforeEach(async () => {
    app = await openSocketApp();
  });
  afterEach(() => app.close());

  const json = { 'content-type': 'application/json' };
  const stalled: { name: string; headers: Record<string, string>; body: string }[] = [
    { name: 'after its first byte', headers: { 'content-length': '100' }, body: '{' },
    { name: 'before its first byte', headers: { 'content-length': '100' }, body: '' },
    { name: 'in a chunk', headers: { 'transfer-encoding': 'chunked' }, body: '5\r\n{' },
    { name: 'after 100 Continue', headers: { 'content-length': '100', expect: '100-continue' }, body: '' },
  ];

  describe.each(['POST /graphql', 'POST /api/auth/signup', 'DELETE /health'])('for %s', (target) => {
    it.each(stalled)('whose body stalls $name: it is 503 with Connection: close within 2 s', async ({ headers, body }) => {
      const connection = await openConnection(app.port);
      const before = app.lines.length;
      connection.send(requestText(target, { ...json, ...headers }) + body);
      if (headers.expect) expect((await connection.answer(true)).status).toBe(100);
      // A second request is answered after the first is in flight.
      const other = await openConnection(app.port);
      other.send(requestText('GET /health'));
      await other.answer();
      expect(await stopTime(app.listening)).toBeLessThan(2_000);
      expect(await connection.answer()).toMatchObject({
        status: 503,
        headers: { connection: 'close', 'retry-after': '1' },
        body: expect.stringContaining('"SERVICE_UNAVAILABLE"'),
      });
      await Promise.all([connection.closed, other.closed]);
      const logged = app.lines.slice(before).filter(({ msg, status }) => msg === 'request.completed' && status === 503);
      expect(logged).toHaveLength(1);
    });
  });

  it('for an upload that arrives too slowly to end', async () => {
    const connection = await openConnection(app.port);
    connection.send(requestText('POST /graphql', { ...json, 'content-length': '100' }));
    const timer = setInterval(() => connection.send(' '), 50);
    try {
      expect(await stopTime(app.listening)).toBeLessThan(2_000);
      await connection.closed;
    } finally {
      clearInterval(timer);
    }
  });

  it('for a request whose header section stalls, beside one whose body stalls', async () => {
    const [head, upload] = [await openConnection(app.port), await openConnection(app.port)];
    head.send('POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-');
    upload.send(requestText('POST /graphql', { ...json, 'content-length': '5' }));
    expect(await stopTime(app.listening)).toBeLessThan(2_000);
    await Promise.all([head.closed, upload.closed]);
  });

  it('for a client that never reads its responses', async () => {
    const socket = connect({ port: app.port, host: '127.0.0.1' });
    await once(socket, 'connect');
    socket.pause();
    socket.on('error', () => {});
    // More than the system buffers for both sides.
    socket.write(requestText('GET /docs/swagger-ui-bundle.js').repeat(20));
    const served = () => app.lines.filter(({ path }) => String(path).includes('swagger')).length;
    await eventually(() => served() > 0, 5_000);
    expect(await stopTime(app.listening)).toBeLessThan(3_500);
    socket.destroy();
  });
});

describe('a server that stops during a streamed response', () => {
  it('does not wait for a client that does not read it', async () => {
    const endless = new Readable({
      read() {
        this.push(Buffer.alloc(65_536));
      },
    });
    const log = pino({ level: 'silent' });
    const server = await listen(
      createListener({ handle: async () => new HttpResponse(endless), log }),
      { host: '127.0.0.1', port: 0 },
      log,
    );
    const socket = connect({ port: server.port, host: '127.0.0.1' });
    socket.on('error', () => {});
    socket.write(requestText('GET /'));
    await once(socket, 'readable');
    const destroyed = once(endless, 'close');
    expect(await stopTime(server)).toBeLessThan(3_500);
    await destroyed;
    socket.destroy();
  });
});
