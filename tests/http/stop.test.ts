import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { newPerson, type Person } from '../support/app.js';
import { openConnection, openSocketApp, requestText, type SocketApp } from '../support/socket.js';

describe('graceful shutdown', () => {
  let app: SocketApp;
  let ada: Person;
  let release = () => {};
  beforeEach(async () => {
    app = await openSocketApp();
    ada = await newPerson(app);
  });
  afterEach(async () => {
    release();
    await app.close();
  });

  /** Holds every list back until `release` is called. @returns a promise of the first list's statement. */
  function holdLists(): Promise<void> {
    const { query } = app.db;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    return new Promise((resolve) => {
      Object.assign(app.db, {
        query: async (text: string, values: readonly unknown[]) => {
          if (/FROM tasks/.test(text)) {
            resolve();
            await gate;
          }
          return query(text, values);
        },
      });
    });
  }
  const list = () => requestText('GET /api/tasks', { authorization: `Bearer ${ada.token}` });
  const isPending = async (promise: Promise<unknown>) =>
    (await Promise.race([promise, setTimeout(150, 'pending')])) === 'pending';

  describe('of the server', () => {
    it('completes requests in flight with Connection: close, accepts no new connection, and then ends', async () => {
      const [inFlight, uploading] = [await openConnection(app.port), await openConnection(app.port)];
      const held = holdLists();
      inFlight.send(list());
      const body = '{"query":"{ health { status } }"}';
      const headers = { 'content-type': 'application/json', 'content-length': String(body.length), expect: '100-continue' };
      uploading.send(requestText('POST /graphql', headers));
      await held;
      expect((await uploading.answer(true)).status).toBe(100);

      const stopped = app.listening.stop();
      const [refused] = await once(connect(app.port, '127.0.0.1'), 'error');
      expect(refused).toMatchObject({ code: 'ECONNREFUSED' });
      expect(await isPending(stopped)).toBe(true);

      uploading.send(body);
      expect(await uploading.answer()).toMatchObject({ status: 200, headers: { connection: 'close' } });
      release();
      expect(await inFlight.answer()).toMatchObject({
        status: 200,
        headers: { connection: 'close' },
        body: expect.stringContaining('"data":[]'),
      });
      await Promise.all([stopped, inFlight.closed, uploading.closed]);
    });

    it('completes requests that were sent but not read yet', async () => {
      const connections = await Promise.all(Array.from({ length: 8 }, () => openConnection(app.port)));
      for (const connection of connections) {
        connection.send(requestText('GET /health'));
        expect((await connection.answer()).headers.connection).toBe('keep-alive');
      }
      for (const connection of connections) connection.send(list());
      const stopped = app.listening.stop();
      for (const connection of connections)
        expect(await connection.answer()).toMatchObject({ status: 200, headers: { connection: 'close' } });
      await stopped;
    });

    it('closes idle connections and connections without any request', async () => {
      const [idle, silent] = [await openConnection(app.port), await openConnection(app.port)];
      idle.send(requestText('GET /health'));
      expect((await idle.answer()).headers.connection).toBe('keep-alive');
      const started = performance.now();
      await Promise.all([app.listening.stop(), idle.closed, silent.closed]);
      expect(performance.now() - started).toBeLessThan(2000);
    });

    it('closes connections with a rejected request, even when the client does not close them', async () => {
      const refused = [];
      for (const text of [requestText('CONNECT 127.0.0.1:5432'), 'nonsense\r\n\r\n']) {
        const halfOpen = await openConnection(app.port, true);
        refused.push(halfOpen);
        halfOpen.send(text);
        expect((await halfOpen.answer()).status).toBe(400);
      }
      const started = performance.now();
      await app.listening.stop();
      expect(performance.now() - started).toBeLessThan(3000);
      for (const halfOpen of refused) halfOpen.destroy();
    });

    it('ends at once without connections, and can be requested twice', async () => {
      await Promise.all([app.listening.stop(), app.listening.stop()]);
    });

    it('does not wait for clients that disconnected', async () => {
      const gone = await openConnection(app.port);
      const held = holdLists();
      gone.send(list());
      await held;
      gone.destroy();
      const started = performance.now();
      await app.listening.stop();
      expect(performance.now() - started).toBeLessThan(2000);
    });
  });
});
