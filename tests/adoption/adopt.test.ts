import { PGlite } from '@electric-sql/pglite';
import { afterEach, describe, expect, it } from '@jest/globals';
import { PrismaPGlite } from 'pglite-prisma-adapter';
import { differenceFrom, migrate } from '../../src/db/migrations/migrate.js';
import { migrationAdapter } from '../../src/db/migrations/migration-adapter.js';
import { createPostgresDatabase } from '../support/databases.js';
import {
  adoptOn,
  createLegacyDatabase,
  type LegacyDatabase,
  legacyRows,
  legacyTables,
  readEverything,
  readShape,
} from '../support/legacy.js';
import { runScript } from '../support/script.js';

let database: LegacyDatabase;
afterEach(() => database.drop());

const open = async (script: string, options?: string) => {
  database = await createLegacyDatabase(script, options);
};
const rows = () =>
  database.sql(
    `SELECT id::text, to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS') AS created,
       to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS') AS updated FROM users
     UNION ALL SELECT id::text, to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS'),
       to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS') FROM tasks ORDER BY 1`,
  );
const untimed = `SELECT jsonb_agg(to_jsonb(u) - 'created_at' - 'updated_at' ORDER BY id) AS users,
  (SELECT jsonb_agg(to_jsonb(t) - 'created_at' - 'updated_at' - 'version' ORDER BY id) FROM tasks t) AS tasks FROM users u`;
/** What adoption alone creates: docs/adopting-a-database.md. */
const isLegacyWrite = (line: string) => line.includes('_legacy_writes');

describe('npm run db:adopt on the tables of FastAPI with SQLModel', () => {
  it('changes nothing without --apply', async () => {
    await open(legacyTables + legacyRows);
    const before = await readEverything(database);
    const { text, refusal } = await database.adopt();
    expect(text).toContain('tasks.created_at: timestamp without time zone → timestamp(3) with time zone, read as UTC');
    expect(text).toContain('2 users and 3 tasks');
    expect(text).toMatch(/Nothing was changed\. To adopt: .*npm run db:adopt -- --apply$/);
    expect(refusal).toBeUndefined();
    expect(await readEverything(database)).toEqual(before);
  });

  it.each(['UTC', 'America/New_York', 'Asia/Tokyo'])(
    'keeps every row, and reads times as UTC, in a session of %s',
    async (zone) => {
      await open(legacyTables + legacyRows, `-c TimeZone=${zone}`);
      const before = await database.sql(untimed);
      await database.adopt({ isApplied: true });
      expect(await database.sql(untimed)).toEqual(before);
      expect(await rows()).toEqual([
        { id: '1', created: '2025-12-14 10:00:00.000', updated: '2025-12-14 11:00:00.000' },
        { id: '2', created: '2025-07-01 00:30:00.000', updated: '2025-07-02 00:30:00.000' },
        { id: '3', created: '2025-12-14 10:00:00.000', updated: '2025-12-14 10:00:00.000' },
        { id: 'user_1', created: '2025-12-14 10:00:00.000', updated: '2025-12-14 10:00:00.123' },
        { id: 'user_2', created: '2025-07-01 00:30:00.000', updated: '2025-07-01 00:30:00.000' },
      ]);
    },
  );

  it('makes the shape of a new database, and triggers for old programs', async () => {
    await open(legacyTables + legacyRows);
    await database.adopt({ isApplied: true });
    const fresh = await createLegacyDatabase('');
    await runScript('db:migrate', '', { DATABASE_URL: fresh.url });
    const names = await fresh.sql<{ name: string }>(`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`);
    const tables = names.map(({ name }) => name);
    const expected = await readShape(fresh, ...tables);
    await fresh.drop();
    const shape = await readShape(database, ...tables);
    expect(shape.filter((line) => !isLegacyWrite(line))).toEqual(expected);
    expect(shape.filter(isLegacyWrite)).toHaveLength(2);
  });

  // In PGlite, since @prisma/adapter-pg 7.10 does not know the type "char" of PostgreSQL's catalogue.
  it('leaves no difference to schema.prisma', async () => {
    await open('');
    const pglite = await PGlite.create();
    await pglite.exec(legacyTables + legacyRows);
    const query = async (text: string, values?: unknown[]) =>
      values ? pglite.query(text, values) : ((await pglite.exec(text)).at(-1) ?? { rows: [] });
    await adoptOn({ query }, { isApplied: true });
    const adapter = migrationAdapter(new PrismaPGlite(pglite), (script) => pglite.exec(script), { dispose: async () => {} });
    const difference = await differenceFrom(adapter);
    await migrate(async (text) => (await pglite.query<Record<string, unknown>>(text)).rows, adapter);
    await pglite.close();
    expect(difference.replace(/^--.*$/gm, '').trim()).toBe('');
  });

  it('leaves a history from which Prisma’s engine applies nothing', async () => {
    await open(legacyTables + legacyRows);
    await database.adopt({ isApplied: true });
    expect(await runScript('db:migrate', '', { DATABASE_URL: database.url })).toEqual({
      out: 'The database is up to date.\n',
      err: '',
      code: 0,
    });
  });

  it('records each migration with the checksum that Prisma records', async () => {
    await open(legacyTables + legacyRows);
    await database.adopt({ isApplied: true });
    const history = `SELECT migration_name, checksum, finished_at IS NOT NULL AS finished, rolled_back_at, applied_steps_count
      FROM _prisma_migrations ORDER BY migration_name`;
    const fresh = await createLegacyDatabase('');
    await runScript('db:migrate', '', { DATABASE_URL: fresh.url });
    const expected = await fresh.sql(history);
    await fresh.drop();
    expect(await database.sql(history)).toEqual(expected);
  });

  it('reports that there is nothing to do when it runs again', async () => {
    await open(legacyTables + legacyRows);
    await database.adopt({ isApplied: true });
    const adopted = await readEverything(database);
    for (const isApplied of [false, true])
      expect(await database.adopt({ isApplied })).toEqual({ text: "There is nothing to do: the database is Tandem's." });
    expect(await readEverything(database)).toEqual(adopted);
  });

  it('reports that a database of Tandem’s own, or an empty one, has nothing to adopt', async () => {
    await open('');
    expect((await database.adopt({ isApplied: true })).text).toMatch(/^There is nothing to adopt: no tables users and tasks/);
    const { url, drop } = await createPostgresDatabase();
    expect(await runScript('db:adopt', '', { DATABASE_URL: url })).toMatchObject({
      out: "There is nothing to do: the database is Tandem's.\n",
      code: 0,
    });
    await drop();
  });
});
