import { afterEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { createApp } from '../src/app.js';
import { openPostgres } from '../src/db/postgres/open-postgres.js';
import { fetchOf, newPerson, testConfig } from './support/app.js';
import { startDatabaseProxy } from './support/database-proxy.js';
import { createPostgresDatabase } from './support/databases.js';
import { eventually } from './support/eventually.js';
import { styles } from './support/styles.js';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function openBehindProxy() {
  const database = await createPostgresDatabase();
  const proxy = await startDatabaseProxy(database.url);
  const db = await openPostgres({ url: proxy.url, poolSize: 3 }, pino({ level: 'silent' }));
  const app = await createApp(testConfig(), { db, log: pino({ level: 'silent' }) });
  cleanups.push(database.drop, proxy.close, async () => {
    proxy.set('down');
    await db.close();
  });
  return { proxy, fetch: fetchOf(app) };
}

describe.each(styles)('$name, when the database', (style) => {
  it.each(['down', 'silent'] as const)(
    'is %s, returns SERVICE_UNAVAILABLE within 2 s, reports itself healthy, and recovers',
    async (mode) => {
      const { proxy, fetch } = await openBehindProxy();
      const { token } = await newPerson({ fetch });
      expect((await style.call(fetch, 'databaseHealth')).code).toBeUndefined();
      proxy.set(mode);
      // The result of an earlier check is kept for half a second.
      await eventually(async () => (await style.call(fetch, 'databaseHealth')).code !== undefined, 5000);
      const began = performance.now();
      const health = await style.call(fetch, 'databaseHealth');
      expect(performance.now() - began).toBeLessThan(2000);
      expect(health).toMatchObject({ code: 'SERVICE_UNAVAILABLE', status: style.name === 'REST' ? 503 : 200 });
      expect(health.headers.get('retry-after')).toBe('2');
      const asked = performance.now();
      expect((await style.call(fetch, 'health', {}, style.name === 'REST' ? token : undefined)).code).toBeUndefined();
      expect(performance.now() - asked).toBeLessThan(500);
      if (mode === 'down') expect(await style.call(fetch, 'tasks', {}, token)).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
      proxy.set('open');
      if (mode === 'down') await eventually(async () => (await style.call(fetch, 'tasks', {}, token)).code === undefined, 5000);
    },
  );
});
