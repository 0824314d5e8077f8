import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createApp } from '../../src/app.js';
import { fetchOf, linesOf, newPerson, openTestApp, type Person, type TestApp, testConfig } from '../support/app.js';
import { failDatabase } from '../support/fail-database.js';
import { query } from '../support/graphql.js';
import { type Outcome, type Style, styles } from '../support/styles.js';
import { readRestError } from '../support/transports.js';

describe('a server error', () => {
  let app: TestApp;
  /** Signs people up on the same database with time for it: a second is little while others work beside. */
  let patient: Pick<TestApp, 'fetch'>;
  let ada: Person;
  beforeAll(async () => {
    app = await openTestApp({ REQUEST_TIMEOUT_SECONDS: '1' });
    patient = { fetch: fetchOf(await createApp(testConfig(), { db: app.db, log: app.app.log })) };
    ada = await newPerson(patient);
  });
  afterAll(() => app.close());

  let restore = () => {};
  afterEach(() => restore());

  const dsn = 'postgres://app:hunter2@10.0.0.5/db';
  const coded = (code: string, message = dsn) => Object.assign(new Error(message), { code });
  const task = (style: Style) => style.call(app.fetch, 'task', { id: 1 }, ada.token);
  const tasks = (style: Style) => style.call(app.fetch, 'tasks', {}, ada.token);

  describe.each(styles)('over $name', (style) => {
    const isRest = style.name === 'REST';

    it.each<[string, unknown]>([
      ['an error', new Error(dsn)],
      ['a string', dsn],
      ['nothing', null],
      ['an error with a cause', new Error('query failed', { cause: new Error(dsn) })],
      ['an unexpected PostgreSQL error', coded('42703')],
    ])(
      'is INTERNAL_SERVER_ERROR with a constant message, and its cause appears only in the log, when the code throws %s',
      async (_, thrown) => {
        restore = failDatabase(app.db, () => {
          throw thrown;
        });
        for (const call of [task, tasks]) {
          let outcome = {} as Outcome;
          const lines = await linesOf(app, async () => {
            outcome = await call(style);
          });
          expect(outcome).toMatchObject({
            status: isRest ? 500 : 200,
            code: 'INTERNAL_SERVER_ERROR',
            message: 'Something went wrong on our side.',
            details: {},
          });
          const causes = lines.filter(({ err }) => err);
          expect(causes).toHaveLength(1);
          expect(causes[0]?.requestId).toBe(outcome.headers.get('x-request-id'));
          if (thrown !== null) expect(JSON.stringify(causes)).toContain(dsn);
        }
      },
    );

    it('is INTERNAL_SERVER_ERROR when a stored value does not fit the schema, and only the log has the value', async () => {
      const args = { input: { title: 'x' }, idempotencyKey: randomUUID() };
      await style.call(patient.fetch, 'createTask', args, ada.token);
      const change = `UPDATE idempotency_keys SET result = jsonb_set(result, '{title}', $2::jsonb) WHERE key = $1`;
      await app.db.query(change, [args.idempotencyKey, JSON.stringify({ stored: dsn })]);
      // The third time a document comes, it is compiled.
      for (let time = 1; time <= 4; time++) {
        const lines = await linesOf(app, async () => {
          expect(await style.call(patient.fetch, 'createTask', args, ada.token)).toMatchObject({
            status: isRest ? 500 : 200,
            code: 'INTERNAL_SERVER_ERROR',
            message: 'Something went wrong on our side.',
            details: {},
          });
        });
        expect(lines.filter(({ msg }) => msg === 'request.crashed').map(({ err }) => JSON.stringify(err))).toEqual([
          expect.stringContaining(dsn),
        ]);
      }
    });

    it.each<[string, unknown]>([
      ['no route to the host', coded('ECONNREFUSED')],
      ['the server is shutting down', coded('57P01')],
      ['too many connections', coded('53300')],
      ['Prisma cannot reach it', coded('P1001')],
      ['Prisma’s driver lost the connection', Object.assign(coded('P2010'), { meta: { driverAdapterError: coded('08006') } })],
      ['the pool is exhausted', new Error('timeout exceeded when trying to connect')],
      ['a lock cannot be acquired', coded('55P03')],
    ])('is SERVICE_UNAVAILABLE with Retry-After when the database is unavailable: %s', async (_, thrown) => {
      restore = failDatabase(app.db, () => {
        throw thrown;
      });
      for (const call of [task, tasks]) {
        let outcome = {} as Outcome;
        const lines = await linesOf(app, async () => {
          outcome = await call(style);
        });
        expect(outcome).toMatchObject({ status: isRest ? 503 : 200, code: 'SERVICE_UNAVAILABLE', details: {} });
        expect(Number(outcome.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
        expect(JSON.stringify(outcome)).not.toContain('hunter2');
        expect(lines.filter(({ err, level }) => err && level === 40)).toHaveLength(1);
      }
    });
  });

  /** Holds a lock on a table while something runs. */
  async function whileLocked(table: string, run: () => Promise<void>): Promise<void> {
    const client = new pg.Client(app.url);
    await client.connect();
    try {
      await client.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
      await run();
    } finally {
      await client.end();
    }
  }

  describe('caused by a statement that exceeds REQUEST_TIMEOUT_SECONDS', () => {
    it('is TIMEOUT with 504 over both GraphQL and REST', async () => {
      await whileLocked('tasks', async () => {
        const outcomes = await Promise.all(styles.flatMap((style) => [task(style), tasks(style)]));
        for (const outcome of outcomes) expect(outcome).toMatchObject({ status: 504, code: 'TIMEOUT', details: {} });
      });
      expect((await tasks(styles[0] as Style)).code).toBeUndefined();
    });

    it('is TIMEOUT also when the statement only authenticates the caller; public fields are still returned', async () => {
      // A session that was not seen yet: what was seen is proven by notifications.
      const eve = await newPerson(patient);
      await whileLocked('sessions', async () => {
        const [graphql, rest, health, anyone] = await Promise.all([
          query(app.fetch, '{ health { status } task(id: 1) { id } }', eve.token),
          app.fetch('/api/tasks', { headers: { authorization: `Bearer ${eve.token}` } }),
          app.fetch('/health', { headers: { authorization: `Bearer ${eve.token}` } }),
          app.fetch('/health'),
        ]);
        expect(graphql).toMatchObject({ status: 200, data: { health: { status: 'ok' }, task: null } });
        expect(graphql.errors?.[0]?.extensions.code).toBe('TIMEOUT');
        expect(await readRestError(rest)).toMatchObject({ status: 504, code: 'TIMEOUT' });
        expect([health.status, anyone.status]).toEqual([200, 200]);
      });
    });
  });

  it('is SERVICE_UNAVAILABLE, neither access nor UNAUTHENTICATED, when the session cannot be verified', async () => {
    const bob = await newPerson(patient);
    const { query: look } = app.db;
    Object.assign(app.db, { query: async () => Promise.reject(coded('ECONNREFUSED')) });
    restore = () => Object.assign(app.db, { query: look });
    await setTimeout(900);
    for (const style of styles) {
      const outcome = await style.call(app.fetch, 'me', {}, bob.token);
      expect(outcome).toMatchObject({ code: 'SERVICE_UNAVAILABLE', status: style.name === 'REST' ? 503 : 200 });
      expect(outcome.headers.get('retry-after')).toBe('2');
    }
    expect((await styles[1]?.call(app.fetch, 'health', {}, bob.token))?.status).toBe(200);
  });

  it('is 503 with Retry-After on /health/db when the database does not respond, while /health returns 200', async () => {
    const { check } = app.db;
    Object.assign(app.db, { check: async () => Promise.reject(coded('ECONNREFUSED')) });
    restore = () => Object.assign(app.db, { check });
    await setTimeout(600);
    const refusal = await readRestError(await app.fetch('/health/db'));
    expect(refusal).toMatchObject({ status: 503, code: 'SERVICE_UNAVAILABLE', details: {} });
    expect(Number(refusal.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    const { errors, status, headers } = await query(app.fetch, '{ databaseHealth { status } health { status } }');
    expect([status, errors?.[0]?.extensions.code, headers.get('retry-after')]).toEqual([200, 'SERVICE_UNAVAILABLE', '2']);
    expect((await app.fetch('/health')).status).toBe(200);
  });
});
