import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { createApp } from '../src/app.js';
import { runMigrations } from '../src/db/adoption/history.js';
import { readMigrations } from '../src/db/migrations/migrate.js';
import { fetchOf, password, testConfig } from './support/app.js';
import { createLegacyDatabase, type LegacyDatabase } from './support/legacy.js';
import { releasedRefreshToken, releasedRows } from './support/released-rows.js';
import { restStyle } from './support/styles.js';

const migrations = await readMigrations();
const rows = await releasedRows();
const states = migrations.map(({ name }, index) => ({ name, released: migrations.slice(0, index + 1) }));

/** The columns of each table, as SQL lists them, without those that Prisma keeps for itself. */
async function readColumns({ sql }: LegacyDatabase): Promise<{ table: string; columns: string }[]> {
  return sql(`SELECT table_name AS table, string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) AS columns
    FROM information_schema.columns WHERE table_schema = current_schema() AND table_name <> '_prisma_migrations' GROUP BY 1 ORDER BY 1`);
}

/** @returns the rows by table, each as JSON text, with the columns that are asked for. */
async function readRows({ sql }: LegacyDatabase, tables: readonly { table: string; columns: string }[]) {
  const found: Record<string, unknown[]> = {};
  for (const { table, columns } of tables)
    found[table] = await sql(`SELECT to_jsonb(r)::text AS row FROM (SELECT ${columns} FROM ${table}) AS r ORDER BY 1`);
  return found;
}

/** Makes a database of a release, with rows in every table. */
async function createReleased(released: typeof migrations): Promise<LegacyDatabase> {
  const database = await createLegacyDatabase('');
  await runMigrations(database.sql, released, ({ sql }) => database.sql(sql));
  const tables = (await readColumns(database)).map(({ table }) => table);
  // In the order of their foreign keys.
  for (const [table, statement] of Object.entries(rows)) if (tables.includes(table)) await database.sql(statement);
  return database;
}

describe('a start upgrades the database of an earlier release, and keeps its rows', () => {
  it.each(states)('after the migration $name', async ({ released }) => {
    const database = await createReleased(released);
    const before = await readColumns(database);
    // A table without rows: add some to tests/support/released-rows.ts.
    expect(before.map(({ table }) => table).filter((table) => !rows[table])).toEqual([]);
    const contents = await readRows(database, before);
    const app = await createApp(testConfig({ DATABASE_URL: database.url }), { log: pino({ enabled: false }) });
    expect(await readRows(database, before)).toEqual(contents);
    const applied = await database.sql(
      `SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NOT NULL ORDER BY 1`,
    );
    expect(applied).toEqual(migrations.map(({ name }) => ({ name })));

    const fetch = fetchOf(app);
    const login = await restStyle.call(fetch, 'login', { input: { email: 'ada@example.com', password } });
    const { access_token: token, user } = login.value as { access_token: string; user: unknown };
    expect(user).toMatchObject({
      id: 'user_1',
      name: 'Ada',
      created_at: '2025-12-14T10:00:00.123Z',
      updated_at: '2025-12-15T10:00:00.456Z',
    });
    expect((await restStyle.call(fetch, 'tasks', { sort: 'id' }, token)).value).toMatchObject({
      total: 2,
      data: [
        {
          id: 1,
          title: 'Buy groceries',
          description: 'Milk, eggs, bread',
          status: 'Pending',
          updated_at: '2025-12-14T11:00:00.789Z',
        },
        { id: 2, title: 'Pay the rent', description: null, status: 'Completed' },
      ],
    });
    expect(await restStyle.call(fetch, 'toggleTask', { id: 1 }, token)).toMatchObject({ status: 200, version: '2' });
    expect((await restStyle.call(fetch, 'createTask', { input: { title: 'New' } }, token)).value).toMatchObject({ id: 4 });
    const refreshed = await restStyle.call(fetch, 'refresh', { input: { refreshToken: releasedRefreshToken } });
    expect(refreshed).toMatchObject({ status: 200, value: { user: { id: 'user_1' } } });
    await app.close();
    await database.drop();
  });
});
