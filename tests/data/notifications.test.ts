import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { PostgresNotifications } from '../../src/db/postgres/notifications.js';
import { createPostgresDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';

describe('notifications', () => {
  let database: Awaited<ReturnType<typeof createPostgresDatabase>>;
  let sender: pg.Client;
  const open: PostgresNotifications[] = [];
  const logged: string[] = [];
  const log = { warn: (_: object, name: string) => void logged.push(name), info: (name: string) => void logged.push(name) };

  beforeAll(async () => {
    database = await createPostgresDatabase();
    sender = new pg.Client(database.url);
    await sender.connect();
  });
  afterAll(async () => {
    await Promise.all(open.map((each) => each.close()));
    await sender.end();
    await database.drop();
  });

  /** @param url where it listens. */
  function listen(url: string): PostgresNotifications {
    const connect = async () => {
      const client = new pg.Client(url);
      await client.connect();
      return client;
    };
    const notifications = new PostgresNotifications({
      connect,
      send: (text, values) => sender.query(text, [...values]),
      log: log as never,
    });
    open.push(notifications);
    return notifications;
  }

  /** Keeps it awake until it has caught up with a moment. */
  const caughtUp = (notifications: PostgresNotifications, since: number) =>
    eventually(() => {
      notifications.keepAwake();
      return (notifications.caughtUpAt(performance.now()) ?? 0) > since;
    }, 5_000);

  it('are handled, and their arrival is tested again and again', async () => {
    const notifications = listen(database.url);
    const heard: string[] = [];
    notifications.on('test_channel', (payload) => heard.push(payload));
    expect(notifications.caughtUpAt(performance.now())).toBeUndefined();
    await caughtUp(notifications, performance.now());
    await sender.query("SELECT pg_notify('test_channel', 'hello')");
    await caughtUp(notifications, performance.now());
    expect(heard).toEqual(['hello']);
  });

  it('do not count as heard where they do not arrive, as behind a pooler: the connection is given up, once logged', async () => {
    // The sender's notifications stay within its database.
    const notifications = listen(process.env.TEST_SERVER_URL ?? '');
    logged.length = 0;
    await eventually(() => {
      notifications.keepAwake();
      expect(notifications.caughtUpAt(performance.now()) ?? Number.NEGATIVE_INFINITY).toBe(Number.NEGATIVE_INFINITY);
      return logged.length > 0;
    }, 5_000);
    expect(logged).toEqual(['notifications.lost']);
  });

  it('leave no connection behind when LISTEN fails', async () => {
    const clients: pg.Client[] = [];
    const connect = async () => {
      const client = new pg.Client(database.url);
      await client.connect();
      // A standby refuses LISTEN; so does an aborted transaction.
      await client.query('BEGIN');
      await client.query('SELECT 1/0').catch(() => {});
      clients.push(client);
      return client;
    };
    const notifications = new PostgresNotifications({ connect, send: async () => [], log: log as never });
    open.push(notifications);
    const connected = async () => {
      const { rows } = await sender.query('SELECT count(*)::int AS n FROM pg_stat_activity WHERE pid = ANY($1)', [
        clients.map((client) => (client as unknown as { processID: number }).processID),
      ]);
      return rows[0].n as number;
    };
    await eventually(async () => {
      notifications.keepAwake();
      return clients.length > 1 && (await connected()) <= 1;
    }, 5_000);
  });

  it('need a connection that is listening since before the look-up', async () => {
    const notifications = listen(database.url);
    const before = performance.now();
    await caughtUp(notifications, before);
    expect(notifications.caughtUpAt(before)).toBeUndefined();
  });
});
