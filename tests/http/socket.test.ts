import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newPerson, type Person } from '../support/app.js';
import { openConnection, openSocketApp, type RawResponse, requestText, type SocketApp } from '../support/socket.js';

describe('a request over a socket', () => {
  const limit = 102_400;
  let app: SocketApp;
  let ada: Person;
  let bob: Person;
  beforeAll(async () => {
    app = await openSocketApp();
    [ada, bob] = await Promise.all([newPerson(app), newPerson(app)]);
  });
  afterAll(() => app.close());

  const json = { 'content-type': 'application/json' };
  const code = ({ body }: RawResponse): string => /"(?:error_)?code":"(\w+)"/.exec(body)?.[1] ?? '';
  const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
  const lastChunk = '0\r\n\r\n';
  const healthy = async () => {
    const connection = await openConnection(app.port);
    connection.send(requestText('GET /health'));
    expect((await connection.answer()).status).toBe(200);
    connection.destroy();
  };

  const ways = [
    { name: 'GraphQL', target: 'POST /graphql', body: JSON.stringify({ query: '{ health { status } }' }), success: 200 },
    { name: 'REST', target: 'POST /api/tasks', body: JSON.stringify({ title: 'x' }), success: 201 },
  ];

  describe.each(ways)('to $name', ({ target, body, success }) => {
    const head = (headers: Record<string, string>) =>
      requestText(target, { ...json, authorization: `Bearer ${ada.token}`, ...headers });

    it('is PAYLOAD_TOO_LARGE by its Content-Length over 100 KiB before the body arrives, and its connection closes', async () => {
      const connection = await openConnection(app.port);
      connection.send(head({ 'content-length': String(limit + 1) }));
      const answer = await connection.answer();
      expect([answer.status, code(answer), answer.headers.connection]).toEqual([413, 'PAYLOAD_TOO_LARGE', 'close']);
      await connection.closed;
      await healthy();
    });

    it('is PAYLOAD_TOO_LARGE when its chunks exceed 100 KiB, before they end, and its connection closes', async () => {
      const connection = await openConnection(app.port);
      connection.send(head({ 'transfer-encoding': 'chunked' }));
      for (let sent = 0; sent <= limit; sent += 10_240) connection.send(chunk(' '.repeat(10_240)));
      const answer = await connection.answer();
      expect([answer.status, code(answer), answer.headers.connection]).toEqual([413, 'PAYLOAD_TOO_LARGE', 'close']);
      await connection.closed;
      await healthy();
    });

    it('with Expect: 100-continue and too large a body is rejected at once', async () => {
      const connection = await openConnection(app.port);
      connection.send(head({ 'content-length': String(limit + 1), expect: '100-continue' }));
      expect((await connection.answer()).status).toBe(413);
      connection.destroy();
    });

    it('is accepted with exactly 102,400 bytes, by length, in chunks, and after 100 Continue', async () => {
      const full = body + ' '.repeat(limit - body.length);
      const connection = await openConnection(app.port);
      connection.send(head({ 'content-length': String(limit) }) + full);
      expect((await connection.answer()).status).toBe(success);
      connection.send(
        head({ 'transfer-encoding': 'chunked' }) + chunk(full.slice(0, 50_000)) + chunk(full.slice(50_000)) + lastChunk,
      );
      expect((await connection.answer()).status).toBe(success);
      connection.send(head({ 'content-length': String(limit), expect: '100-continue' }));
      expect((await connection.answer(true)).status).toBe(100);
      connection.send(full);
      expect((await connection.answer()).status).toBe(success);
      connection.destroy();
    });

    it('is accepted when it arrives one byte at a time', async () => {
      const connection = await openConnection(app.port);
      connection.send(head({ 'content-length': String(body.length) }));
      for (const byte of body) {
        connection.send(byte);
        await setTimeout(1);
      }
      expect((await connection.answer()).status).toBe(success);
      connection.destroy();
    });

    it('with too short a Content-Length is rejected, and the remaining bytes are not parsed as a request', async () => {
      const connection = await openConnection(app.port);
      connection.send(head({ 'content-length': '5' }) + body);
      const answer = await connection.answer();
      expect([answer.status, code(answer)]).toEqual([400, 'BAD_REQUEST']);
      await connection.closed;
      await expect(connection.answer()).rejects.toThrow('closed');
    });

    // Jest itself fails a test that leaves a rejection unhandled.
    it('that is aborted during the upload leaves no data behind', async () => {
      const before = await app.db.query('SELECT id FROM tasks WHERE user_id = $1', [ada.id]);
      const texts = [
        head({ 'content-length': String(body.length + 1) }) + body,
        head({ 'transfer-encoding': 'chunked' }) + chunk(body),
      ];
      await Promise.all(
        [...texts, ...texts].map(async (text) => {
          const connection = await openConnection(app.port);
          connection.send(text);
          await setTimeout(20);
          connection.destroy();
        }),
      );
      await setTimeout(50);
      expect(await app.db.query('SELECT id FROM tasks WHERE user_id = $1', [ada.id])).toHaveLength(before.length);
      await healthy();
    });
  });

  it('is PAYLOAD_TOO_LARGE also for an operation without a body', async () => {
    const connection = await openConnection(app.port);
    connection.send(requestText('GET /health', { 'content-length': '99999999999' }));
    expect((await connection.answer()).status).toBe(413);
    await connection.closed;
  });

  describe('on a connection that two users share returns each user’s own data', () => {
    const query = '{"query":"{ me { id } }"}';
    const asks = ({ token }: Person) => [
      requestText('GET /api/auth/me', { authorization: `Bearer ${token}` }),
      requestText('POST /graphql', { ...json, authorization: `Bearer ${token}`, 'content-length': String(query.length) }, query),
    ];

    it('when the requests come one after the other', async () => {
      const connection = await openConnection(app.port);
      for (const person of [ada, bob, ada, bob]) {
        for (const text of asks(person)) {
          connection.send(text);
          expect((await connection.answer()).body).toContain(person.id);
        }
      }
      connection.send(requestText('GET /api/auth/me'));
      expect((await connection.answer()).status).toBe(401);
      connection.destroy();
    });

    it('when the requests are pipelined', async () => {
      const connection = await openConnection(app.port);
      const people = [ada, bob, bob, ada];
      connection.send(people.flatMap(asks).join(''));
      for (const { id } of people.flatMap((person) => [person, person])) expect((await connection.answer()).body).toContain(id);
      connection.destroy();
    });
  });
});
