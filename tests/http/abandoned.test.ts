import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { newPerson, type Person } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { openConnection, openSocketApp, requestText, type SocketApp } from '../support/socket.js';

describe('a request whose client goes away', () => {
  let app: SocketApp;
  let ada: Person;
  let other: pg.Client;
  /** Sees what runs now; a transaction would see what ran at its start. */
  let observer: pg.Client;
  beforeEach(async () => {
    app = await openSocketApp();
    ada = await newPerson(app);
    [other, observer] = await Promise.all([connectTo(), connectTo()]);
  });
  afterEach(async () => {
    await Promise.all([other.end(), observer.end()]);
    await app.close();
  });

  async function connectTo(): Promise<pg.Client> {
    const [row] = await app.db.query<{ name: string }>('SELECT current_database() AS name', []);
    const url = new URL(process.env.TEST_SERVER_URL ?? '');
    url.pathname = row?.name ?? '';
    const client = new pg.Client(url.href);
    await client.connect();
    return client;
  }
  const headers = () => ({ authorization: `Bearer ${ada.token}`, 'content-type': 'application/json' });
  const post = (target: string, body: string) =>
    requestText(`POST ${target}`, { ...headers(), 'content-length': String(body.length) }, body);
  const search = () => requestText('GET /api/tasks?search=x', headers());
  const connection = () => post('/graphql', '{"query":"{ tasksConnection(search: \\"x\\") { totalCount edges { cursor } } }"}');
  const lock = () => other.query('BEGIN; LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE');
  const unlock = () => other.query('ROLLBACK');
  const running = async () => {
    const { rows } = await observer.query(
      `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND wait_event_type = 'Lock'`,
    );
    return rows[0].n as number;
  };
  /** Sends a request, and leaves when its statement runs. */
  async function abandon(text: string) {
    const client = await openConnection(app.port);
    client.send(text);
    await eventually(async () => (await running()) > 0, 2_000);
    client.destroy();
  }

  it.each([
    ['a search in REST', search],
    ['a search in GraphQL', connection],
  ])('has its statement stopped: %s', async (_, request) => {
    await lock();
    const before = app.lines.length;
    await abandon(request());
    await eventually(async () => (await running()) === 0, 1_000);
    await unlock();
    expect(app.lines.slice(before).filter(({ level }) => level !== 'info' && level !== 30 && level !== 20)).toEqual([]);
  });

  it('leaves an idle database within 1 s, however many there are, and no statement of others is stopped', async () => {
    await lock();
    for (let batch = 0; batch < 10; batch++) {
      const clients = await Promise.all(Array.from({ length: 50 }, () => openConnection(app.port)));
      for (const [index, client] of clients.entries()) client.send(index % 2 ? search() : connection());
      await eventually(async () => (await running()) > 0, 2_000);
      for (const client of clients) client.destroy();
    }
    await eventually(async () => (await running()) === 0, 1_000);
    await unlock();
    const reader = await openConnection(app.port);
    for (let count = 0; count < 50; count++) {
      reader.send(search());
      expect((await reader.answer()).status).toBe(200);
    }
    reader.destroy();
  });

  it('completes its write, and a statement that other requests share', async () => {
    await lock();
    await abandon(post('/api/tasks', '{"title":"x"}'));
    const list = requestText('GET /api/tasks', headers());
    const [leaving, staying] = [await openConnection(app.port), await openConnection(app.port)];
    for (const client of [leaving, staying]) client.send(list);
    await eventually(async () => (await running()) > 1, 2_000);
    leaving.destroy();
    await unlock();
    expect((await staying.answer()).status).toBe(200);
    staying.destroy();
    // The write got its lock with the list, and commits at a moment of its own.
    const titles = () => app.db.query('SELECT title FROM tasks WHERE user_id = $1', [ada.id]);
    await eventually(async () => (await titles()).length > 0, 2_000);
    expect(await titles()).toEqual([{ title: 'x' }]);
  });
});
