import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createParts, database } from '../../chaos/parts/parts.js';
import type { RestartableServer } from '../../chaos/parts/restartable.js';
import type { PgBouncer, PgBouncerOptions } from '../support/debian/pgbouncer.js';
import type { DebianPostgres } from '../support/debian-postgres.js';
import { eventually } from '../support/eventually.js';
import { type Fetch, type Style, styles } from '../support/styles.js';

const timeoutMs = 60_000;
const moment = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

interface Task {
  readonly id: number;
  readonly created_at: string;
  readonly updated_at: string;
}

const poolers: readonly [string, PgBouncerOptions, schema?: string][] = [
  ['in transaction mode with its default settings', { poolMode: 'transaction' }],
  // The pooler does not keep the search_path: each transaction sets it.
  ['in transaction mode with DATABASE_SCHEMA', { poolMode: 'transaction' }, 'app'],
  ['in session mode with its default settings', { poolMode: 'session' }],
  // As Neon's proxy does; PgBouncer itself refuses them by default.
  ['that drops start-up options in silence', { poolMode: 'transaction', settings: { ignore_startup_parameters: 'options' } }],
];

describe.each(poolers)('a server behind a PgBouncer %s', (_, options, schema = '') => {
  const parts = createParts();
  let postgres: DebianPostgres;
  let pooler: PgBouncer;
  let server: RestartableServer;
  beforeAll(async () => {
    postgres = await parts.postgres();
    await postgres.query(`ALTER DATABASE ${database} SET timezone = 'Asia/Tokyo'`);
    await postgres.query(`ALTER DATABASE ${database} SET datestyle = 'German, DMY'`);
    await postgres.query(`ALTER DATABASE ${database} SET intervalstyle = 'sql_standard'`);
    pooler = await parts.pgBouncer(postgres, options);
    server = await parts.server(pooler.url(database), { DATABASE_SCHEMA: schema });
  }, timeoutMs);
  afterAll(() => parts.close(), timeoutMs);

  const send: Fetch = (url, init) => {
    const { pathname, search } = new URL(url);
    return fetch(server.url + pathname + search, init);
  };
  const signUp = async (style: Style, email: string) => {
    const input = { email, password: 'correct horse battery', name: 'Ada' };
    const { value, code } = await style.call(send, 'signup', { input });
    if (code) throw new Error(`signup: ${code}\n${server.log().slice(-3000)}`);
    return (value as { access_token: string }).access_token;
  };

  it('is healthy', async () => {
    expect((await fetch(`${server.url}/health/db`)).status).toBe(200);
  });

  it.each(styles)('returns right times over $name, whatever the database says about zone and style', async (style) => {
    const token = await signUp(style, `times-${style.name}@example.com`.toLowerCase());
    for (const idempotencyKey of [undefined, 'key-1']) {
      const { value } = await style.call(send, 'createTask', { input: { title: 'now' }, idempotencyKey }, token);
      expect(value).toMatchObject({ created_at: moment, updated_at: moment });
      const { id, created_at } = value as Task;
      expect(Math.abs(Date.parse(created_at) - Date.now())).toBeLessThan(10_000);
      for (const each of styles) expect((await each.call(send, 'task', { id }, token)).value).toEqual(value);
      const [row] = await postgres.query<{ age: number }>(
        `SELECT extract(epoch FROM now() - created_at)::int AS age FROM ${schema || 'public'}.tasks WHERE id = ${id}`,
        database,
      );
      expect(row?.age).toBeLessThan(10);
    }
  });

  it.each(styles)('creates, lists, updates and deletes tasks over $name', async (style) => {
    const token = await signUp(style, `tasks-${style.name}@example.com`.toLowerCase());
    const create = () => style.call(send, 'createTask', { input: { title: 'once' }, idempotencyKey: 'key-2' }, token);
    const { value } = await create();
    const { id } = value as Task;
    expect((await create()).value).toEqual(value);
    const plain = (await style.call(send, 'createTask', { input: { title: 'plain' } }, token)).value as Task;
    expect((await style.call(send, 'tasks', {}, token)).value).toMatchObject({ total: 2, data: [{ title: 'plain' }, { id }] });
    const changes = { id, input: { title: 'changed', status: 'Completed' } };
    expect((await style.call(send, 'updateTask', changes, token)).value).toMatchObject({ title: 'changed', status: 'Completed' });
    expect((await style.call(send, 'toggleTask', { id, idempotencyKey: 'key-3' }, token)).value).toMatchObject({
      status: 'Pending',
    });
    expect((await style.call(send, 'deleteTask', { id: plain.id }, token)).code).toBeUndefined();
    expect((await style.call(send, 'tasks', {}, token)).value).toMatchObject({ total: 1 });
  });

  it(
    'serves again by itself after PgBouncer was killed and started again',
    async () => {
      const [style] = styles as readonly [Style];
      const token = await signUp(style, 'restart@example.com');
      const create = (idempotencyKey?: string) =>
        style.call(send, 'createTask', { input: { title: 'again' }, idempotencyKey }, token);
      await pooler.kill();
      await eventually(async () => (await create()).code === 'SERVICE_UNAVAILABLE', 10_000);
      await pooler.start();
      await eventually(async () => (await create()).code === undefined, 10_000);
      for (let count = 0; count < 30; count++) expect((await create(`again-${count}`)).code).toBeUndefined();
    },
    timeoutMs,
  );

  it('leaves no advisory lock on a connection of the pooler', async () => {
    expect(await postgres.query(`SELECT pid FROM pg_locks WHERE locktype = 'advisory'`, database)).toEqual([]);
  });
});
