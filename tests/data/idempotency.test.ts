import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { createApp } from '../../src/app.js';
import { fetchOf, newPerson, openTestApp, type Person, password, type TestApp, testConfig } from '../support/app.js';
import { type Fetch, restStyle, styles } from '../support/styles.js';

describe('the idempotency store', () => {
  let app: TestApp;
  let ada: Person;
  let other: { fetch: Fetch; close(): Promise<void> };
  beforeAll(async () => {
    app = await openTestApp();
    ada = await newPerson(app);
    const second = await createApp(testConfig({ DATABASE_URL: app.url }), { log: pino({ enabled: false }) });
    other = { fetch: fetchOf(second), close: second.close };
  });
  afterAll(async () => {
    await other.close();
    await app.close();
  });

  const titles = async () => (await app.db.query<{ title: string }>('SELECT title FROM tasks', [])).map(({ title }) => title);

  describe('with two processes on one database', () => {
    it('creates one row for 50 concurrent retries over GraphQL and REST, and another process returns the same result', async () => {
      const args = { input: { title: 'One of many' }, idempotencyKey: randomUUID() };
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, (_, n) => {
          const style = styles[n % 2] ?? restStyle;
          return style.call(n % 4 < 2 ? app.fetch : other.fetch, 'createTask', args, ada.token);
        }),
      );
      const made = outcomes.filter(({ code }) => code === undefined);
      expect((await titles()).filter((title) => title === 'One of many')).toHaveLength(1);
      expect(new Set(outcomes.map(({ code }) => code ?? 'made'))).toEqual(new Set(['made', 'CONFLICT']));
      for (const { fetch } of [app, other])
        expect((await restStyle.call(fetch, 'createTask', args, ada.token)).value).toEqual(made[0]?.value);
    });

    it('returns CONFLICT while another process’s transaction uses the key', async () => {
      const args = { input: { title: 'Held' }, idempotencyKey: randomUUID() };
      const place = `${ada.id} 0 ${args.idempotencyKey}`;
      await app.db.transaction(async ({ query }) => {
        await query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))::text', [place]);
        expect(await restStyle.call(other.fetch, 'createTask', args, ada.token)).toMatchObject({ code: 'CONFLICT', status: 409 });
      });
      expect(await restStyle.call(other.fetch, 'createTask', args, ada.token)).toMatchObject({ status: 201 });
    });
  });

  describe('of a write', () => {
    it('stores the result in the transaction of the write, which is rolled back when storing fails', async () => {
      await app.db.prisma.$executeRawUnsafe(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'the ledger is full'; END $$`);
      await app.db.prisma.$executeRawUnsafe(
        'CREATE TRIGGER refuse BEFORE INSERT ON idempotency_keys FOR EACH ROW EXECUTE FUNCTION refuse()',
      );
      const writes = styles.map(({ call }) =>
        call(app.fetch, 'createTask', { input: { title: 'Half done' }, idempotencyKey: randomUUID() }, ada.token),
      );
      for (const outcome of await Promise.all(writes)) expect(outcome).toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
      await app.db.prisma.$executeRawUnsafe('DROP TRIGGER refuse ON idempotency_keys');
      expect(await titles()).not.toContain('Half done');
    });

    it('limits attempts on a key with other payloads, because each attempt can test a password', async () => {
      const limited = await openTestApp({ RATE_LIMIT: 'on', RATE_LOGIN: '3/15m' });
      const person = await newPerson(limited);
      const update = (currentPassword: string) => {
        const input = { currentPassword, newPassword: 'another horse battery' };
        return restStyle.call(limited.fetch, 'updateMe', { input, idempotencyKey: 'well-known' }, person.token);
      };
      const { value } = await update(password);
      for (let n = 0; n < 3; n++) expect(await update(`guess ${n}`)).toMatchObject({ code: 'VALIDATION_ERROR' });
      expect(await update('guess 3')).toMatchObject({ code: 'RATE_LIMITED', status: 429 });
      expect((await update(password)).value).toEqual(value);
      await limited.close();
    });
  });
});
