import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { createApp } from '../../src/app.js';
import { fetchOf, newPerson, openTestApp, type Person, password, type TestApp, testConfig } from '../support/app.js';
import { trafficOf } from '../support/statements.js';
import { type Arguments, type Fetch, type Operation, restStyle, styles } from '../support/styles.js';

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

  describe('of a stored result', () => {
    it('returns it also while another transaction holds the lock of its key', async () => {
      const args = { input: { title: 'Stored' }, idempotencyKey: randomUUID() };
      const { value } = await restStyle.call(app.fetch, 'createTask', args, ada.token);
      await app.db.transaction(async ({ query }) => {
        await query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))::text', [`${ada.id} 0 ${args.idempotencyKey}`]);
        expect((await restStyle.call(other.fetch, 'createTask', args, ada.token)).value).toEqual(value);
      });
    });

    it.each([
      ['quotes', `it's ''quoted'' "twice"`],
      ['backslashes', `\\' \\\\' \\n \\u0041`],
      ['parameters', '$1 $2 $6 $$ $&'],
      ['the end of a statement', `'; DROP TABLE idempotency_keys; --`],
      ['the end of a transaction', '; COMMIT'],
      ['other scripts', 'ソ表 Ω 👩‍👩‍👧'],
    ])('returns a title and a key with %s unchanged', async (_name, title) => {
      const idempotencyKey = `${title.replaceAll(/[^!#-~]/g, '')}${randomUUID()}`;
      for (const { call } of styles) {
        const made = await call(app.fetch, 'createTask', { input: { title }, idempotencyKey }, ada.token);
        expect(made).toMatchObject({ value: { title } });
      }
      expect((await titles()).filter((each) => each === title)).toHaveLength(1);
    });
  });

  describe('of a write', () => {
    it.each(styles)('takes three round trips to PostgreSQL, and two when it is repeated ($name)', async ({ call }) => {
      const { value } = await restStyle.call(app.fetch, 'createTask', { input: { title: 'Mine' } }, ada.token);
      const { id } = value as { id: number };
      const writes: [Operation, Arguments][] = [
        ['createTask', { input: { title: 'Created' } }],
        ['updateTask', { id, input: { title: 'Updated' } }],
        ['toggleTask', { id }],
        ['deleteTask', { id }],
      ];
      for (const [operation, own] of writes) {
        const args = { ...own, idempotencyKey: randomUUID() };
        const run = async () => expect(await call(app.fetch, operation, args, ada.token)).not.toHaveProperty('code');
        // The first request also deletes expired records.
        const counts = [await trafficOf(run), await trafficOf(run)].map(
          ({ statements }) => statements.filter((text) => !text.startsWith('DELETE FROM idempotency_keys')).length,
        );
        expect([operation, ...counts]).toEqual([operation, 3, 2]);
      }
    });

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

    it('limits attempts on a key with other passwords, and no others', async () => {
      const limited = await openTestApp({ RATE_LIMIT: 'on', RATE_LOGIN: '3/15m' });
      const person = await newPerson(limited);
      const create = (title: string) =>
        restStyle.call(limited.fetch, 'createTask', { input: { title }, idempotencyKey: 'well-known' }, person.token);
      const update = (currentPassword: string) => {
        const input = { currentPassword, newPassword: 'another horse battery' };
        return restStyle.call(limited.fetch, 'updateMe', { input, idempotencyKey: 'well-known' }, person.token);
      };
      const { value } = await update(password);
      for (let n = 0; n < 3; n++) expect(await update(`guess ${n}`)).toMatchObject({ code: 'VALIDATION_ERROR' });
      expect(await update('guess 3')).toMatchObject({ code: 'RATE_LIMITED', status: 429 });
      expect(await create('No password')).toMatchObject({ code: 'VALIDATION_ERROR', status: 422 });
      expect((await update(password)).value).toEqual(value);
      await limited.close();
    });
  });
});
