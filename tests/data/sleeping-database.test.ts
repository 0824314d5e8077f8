import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { pino } from 'pino';
import { openPostgres } from '../../src/db/postgres/open-postgres.js';
import { startDatabaseProxy } from '../support/database-proxy.js';
import { createPostgresDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';

/** Longer than a statement waits for a connection of a pool that has some. */
const wakesUpMs = 3_500;

async function openThroughProxy() {
  const { url, drop } = await createPostgresDatabase();
  const proxy = await startDatabaseProxy(url);
  const db = await openPostgres({ url: proxy.url, poolSize: 5 }, pino({ level: 'silent' }));
  const clean = async () => {
    await proxy.close();
    await drop();
  };
  return { proxy, db, clean };
}

it('a database that sleeps is waited for by reads and by transactions', async () => {
  const { proxy, db, clean } = await openThroughProxy();
  try {
    // No connection of the pool has been made yet.
    proxy.set('asleep');
    const results = Promise.all([
      db.query('SELECT 1 AS n', []),
      db.transaction(({ query }) => query('SELECT 2 AS n', [])),
      db.transaction(({ query }) => query('SELECT $1::int AS n', [3])),
    ]);
    results.catch(() => {});
    await sleep(wakesUpMs);
    proxy.set('open');
    expect(await results).toEqual([[{ n: 1 }], [{ n: 2 }], [{ n: 3 }]]);
  } finally {
    await db.close();
    await clean();
  }
});

it('a database that does not answer does not hold up the end of the process', async () => {
  const { proxy, db, clean } = await openThroughProxy();
  proxy.set('asleep');
  db.notifications?.keepAwake();
  const statements = [db.query('SELECT 1', []), db.check(), db.transaction(({ query }) => query('SELECT 1', []))];
  const failed = Promise.all(statements.map((each) => expect(each).rejects.toThrow()));
  await eventually(() => proxy.connections() >= 3, 5_000);
  const began = performance.now();
  await db.close();
  expect(performance.now() - began).toBeLessThan(3_000);
  await failed;
  await clean();
});
