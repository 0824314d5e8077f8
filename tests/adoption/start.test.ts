import { afterEach, describe, expect, it } from '@jest/globals';
import { createLegacyDatabase, type LegacyDatabase, legacyRows, legacyTables, readEverything } from '../support/legacy.js';
import { refusal, runScript } from '../support/script.js';
import { startServer } from '../support/server-process.js';

let database: LegacyDatabase;
afterEach(() => database.drop());

const wayOut = 'set DATABASE_SCHEMA to a schema of its own for Tandem\\.';
const others = 'CREATE TABLE sessions (id text PRIMARY KEY);';
const situations: [title: string, script: string, line: string][] = [
  [
    'other tables by those names',
    'CREATE TABLE users (id uuid PRIMARY KEY, email text); CREATE TABLE tasks (name text);',
    `holds something else by the name of Tandem's tables \\(users\\.id is uuid; tasks has no column id\\): ${wayOut}`,
  ],
  [
    'a view by one of those names',
    `${legacyTables} ALTER TABLE tasks RENAME TO task; CREATE VIEW tasks AS SELECT * FROM task;`,
    `holds something else by the name of Tandem's tables \\(tasks is not an ordinary table\\): ${wayOut}`,
  ],
  [
    'users alone',
    'CREATE TABLE users (id text PRIMARY KEY, email text);',
    `holds the table users without tasks: restore tasks from a backup, or ${wayOut}`,
  ],
  [
    'tasks alone',
    'CREATE TABLE tasks (id int PRIMARY KEY, user_id text, title text);',
    `holds the table tasks without users: restore users from a backup, or ${wayOut}`,
  ],
  ['another table that Tandem would create', others, `holds what Tandem would create \\(table sessions\\): ${wayOut}`],
  [
    'both tables with another of Tandem’s',
    legacyTables + others,
    'holds users and tasks with other tables of Tandem \\(table sessions\\), but not its history _prisma_migrations: .*',
  ],
];

describe('a start on a database that is not Tandem’s', () => {
  it('names the command that adopts an earlier back end’s tables, in one line', async () => {
    database = await createLegacyDatabase(legacyTables + legacyRows);
    const before = await readEverything(database);
    const line =
      'The schema "public" holds the tables users and tasks of an earlier back end: run npm run db:adopt, which shows how Tandem adopts them.';
    expect(await runScript('db:migrate', '', { DATABASE_URL: database.url })).toEqual({ out: '', err: `${line}\n`, code: 1 });
    await expect(startServer({ DATABASE_URL: database.url })).rejects.toThrow(`ended with 1:\nTandem cannot start: ${line}\n`);
    expect(await readEverything(database)).toEqual(before);
  });

  it.each(situations)('says in one line what is in its way: %s', async (_, script, line) => {
    database = await createLegacyDatabase(script);
    const before = await readEverything(database);
    for (const command of ['db:migrate', 'db:adopt'] as const)
      expect(await runScript(command, '', { DATABASE_URL: database.url })).toEqual(
        refusal(new RegExp(`The schema "public" ${line}`)),
      );
    expect(await readEverything(database)).toEqual(before);
  });

  it('judges the schema that the search path names', async () => {
    database = await createLegacyDatabase('CREATE SCHEMA app; CREATE TABLE users (id uuid); SET search_path TO app;');
    await database.sql(legacyTables + legacyRows);
    const { text } = await database.adopt({ isApplied: true });
    expect(text).toContain('Schema app: the tables of an earlier back end, with 2 users and 3 tasks.');
    expect(
      await database.sql(
        `SELECT count(*)::int AS tables FROM pg_tables WHERE schemaname = 'app' AND tablename IN ('credentials', '_prisma_migrations')`,
      ),
    ).toEqual([{ tables: 2 }]);
    expect(await database.sql(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`)).toEqual([{ tablename: 'users' }]);
  });
});
