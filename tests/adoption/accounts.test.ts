import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { type App, createApp } from '../../src/app.js';
import { fetchOf, newPerson, testConfig } from '../support/app.js';
import { createLegacyDatabase, type LegacyDatabase, legacyRows, legacyTables } from '../support/legacy.js';
import { openSession } from '../support/session.js';
import { type Outcome, styles } from '../support/styles.js';

let database: LegacyDatabase;
let app: App;
beforeAll(async () => {
  database = await createLegacyDatabase(legacyTables + legacyRows);
  await database.adopt({ isApplied: true });
  app = await createApp(testConfig({ DATABASE_URL: database.url }), { log: pino({ enabled: false }) });
});
afterAll(async () => {
  await app.close();
  await database.drop();
});

describe('an adopted account', () => {
  describe.each(styles)('over $name', ({ call }) => {
    const login = (email: string) => call(fetchOf(app), 'login', { input: { email, password: randomBytes(9).toString('hex') } });

    it('has no password: login is INVALID_CREDENTIALS, after the time that it takes for any account', async () => {
      const { email } = await newPerson({ fetch: fetchOf(app) });
      const timed = async (address: string): Promise<[Outcome, number]> => {
        const start = performance.now();
        const outcome = await login(address);
        return [outcome, performance.now() - start];
      };
      const adopted: number[] = [];
      const other: number[] = [];
      for (let round = 0; round < 9; round++) {
        const [outcome, ms] = await timed('ada@example.com');
        expect(outcome.code).toBe('INVALID_CREDENTIALS');
        adopted.push(ms);
        other.push((await timed(email))[1]);
      }
      const median = (times: number[]) => times.sort((one, two) => one - two)[4] ?? 0;
      // A hash takes tens of milliseconds; its absence would show as a tenth.
      expect(median(adopted) / median(other)).toBeGreaterThan(0.5);
      expect(median(adopted) / median(other)).toBeLessThan(2);
    });

    it('reads and changes its tasks in a session', async () => {
      const token = await openSession(database.sql, 'user_1');
      const list = await call(fetchOf(app), 'tasks', { sort: 'id' }, token);
      expect(list.value).toMatchObject({ total: expect.any(Number) });
      const { data } = list.value as { data: Record<string, unknown>[] };
      expect(data[0]).toEqual({
        id: 1,
        user_id: 'user_1',
        title: 'Buy groceries',
        description: 'Milk, eggs, bread',
        status: 'Pending',
        created_at: '2025-12-14T10:00:00.000Z',
        updated_at: '2025-12-14T11:00:00.000Z',
      });
      expect((await call(fetchOf(app), 'toggleTask', { id: 2 }, token)).value).toMatchObject({ id: 2 });
      const created = await call(fetchOf(app), 'createTask', { input: { title: 'New' } }, token);
      expect((created.value as { id: number }).id).toBeGreaterThan(3);
      expect(await call(fetchOf(app), 'task', { id: 3 }, token)).toMatchObject({ code: 'FORBIDDEN' });
    });

    it('without a name is a user without a name', async () => {
      const token = await openSession(database.sql, 'user_2');
      expect((await call(fetchOf(app), 'me', {}, token)).value).toMatchObject({
        id: 'user_2',
        email: 'bob@example.com',
        name: null,
      });
    });
  });
});
