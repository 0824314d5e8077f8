import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { pino } from 'pino';
import { openPostgres } from '../../src/db/postgres/open-postgres.js';
import { startDatabaseProxy } from '../support/database-proxy.js';
import { createPostgresDatabase } from '../support/databases.js';

/** Longer than a statement waits for a connection of a pool that has some. */
const wakesUpMs = 3_500;

it('a database that sleeps is waited for by reads and by transactions', async () => {
  const { url, drop } = await createPostgresDatabase();
  const proxy = await startDatabaseProxy(url);
  const db = await openPostgres({ url: proxy.url, poolSize: 5 }, pino({ level: 'silent' }));
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
    await proxy.close();
    await drop();
  }
});
