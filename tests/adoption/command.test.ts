import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { eventually } from '../support/eventually.js';
import { createLegacyDatabase, type LegacyDatabase, legacyRows, legacyTables, readEverything } from '../support/legacy.js';
import { refusal, runScript } from '../support/script.js';

let database: LegacyDatabase;
let other: pg.Client;
beforeEach(async () => {
  database = await createLegacyDatabase(legacyTables + legacyRows);
  other = new pg.Client(database.url);
  await other.connect();
});
afterEach(async () => {
  await other.end();
  await database.drop();
});

const adopt = (args: string) => runScript('db:adopt', args, { DATABASE_URL: database.url });

describe('npm run db:adopt', () => {
  it('exits with 0 without --apply, also when there are problems, and with 1 and one line when --apply refuses', async () => {
    await database.sql(`UPDATE tasks SET status = 'doing'`);
    expect(await adopt('')).toEqual({ out: expect.stringContaining('3 tasks have a status other than'), err: '', code: 0 });
    expect(await adopt('--apply')).toEqual({
      out: expect.stringContaining('To be solved first:'),
      err: 'Not adopted, and nothing was changed: see "To be solved first".\n',
      code: 1,
    });
  });

  it('adopts as npm run db:adopt -- --apply, and a start then finds nothing to migrate', async () => {
    expect(await adopt('--apply')).toEqual({
      out: expect.stringMatching(/Adopted\. npm start serves them\.\n$/),
      err: '',
      code: 0,
    });
    expect(await runScript('db:migrate', '', { DATABASE_URL: database.url })).toMatchObject({ code: 0 });
  });

  it('adopts the schema that DATABASE_URL names, as a start uses it, whatever DATABASE_DIRECT_URL names', async () => {
    await database.sql(`CREATE SCHEMA legacy; SET search_path TO legacy; ${legacyTables}`);
    const env = { DATABASE_URL: `${database.url}?schema=legacy`, DATABASE_DIRECT_URL: `${database.url}?schema=public` };
    expect(await runScript('db:adopt', '--apply', env)).toEqual({
      out: expect.stringMatching(/^Schema legacy: .*with 0 users and 0 tasks\..*Adopted\./s),
      err: '',
      code: 0,
    });
    expect(await runScript('db:migrate', '', env)).toMatchObject({ code: 0 });
  });

  it('gives up in one line when another program holds a table, and leaves everything as it was', async () => {
    const before = await readEverything(database);
    await other.query('BEGIN; UPDATE tasks SET title = title');
    expect(await adopt('--apply --timeout 1')).toEqual(
      refusal(
        /The tables are in use: no lock within [\d.]+ s, and nothing was changed\. Stop the programs that use them, and run it again\./,
      ),
    );
    await other.query('ROLLBACK');
    expect(await readEverything(database)).toEqual(before);
  });

  it('does not wait for a table that others read or write when it only reports', async () => {
    await other.query('BEGIN; UPDATE tasks SET title = title');
    expect(await adopt('')).toMatchObject({ code: 0, err: '' });
    await other.query('ROLLBACK');
  });

  it('ends after --timeout, and leaves everything as it was', async () => {
    await database.sql(`CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(20); RETURN NEW; END';
      CREATE TRIGGER slow BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION slow()`);
    const before = await readEverything(database);
    expect(await adopt('--apply --timeout 2')).toEqual(
      refusal(/It did not end within 2 s, and nothing was changed\. Allow more time by --timeout\./),
    );
    expect(await readEverything(database)).toEqual(before);
  });

  it('leaves everything as it was when the connection breaks', async () => {
    await database.sql(`CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(20); RETURN NEW; END';
      CREATE TRIGGER slow BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION slow()`);
    const before = await readEverything(database);
    const result = adopt('--apply');
    const kill = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'INSERT INTO users%' AND pid <> pg_backend_pid()`;
    await eventually(async () => (await other.query(kill)).rows.length > 0, 20_000);
    expect(await result).toEqual(refusal(/The database refused \(.*\), and nothing was changed\./));
    await eventually(
      async () =>
        (await other.query('SELECT FROM pg_locks WHERE relation = $1::regclass AND pid <> pg_backend_pid()', ['tasks'])).rows
          .length === 0,
      20_000,
    );
    expect(await readEverything(database)).toEqual(before);
  });

  it('does it once when two run at the same time', async () => {
    const ends = await Promise.all([adopt('--apply'), adopt('--apply')]);
    expect(ends.map(({ code }) => code)).toEqual([0, 0]);
    expect(ends.map(({ out }) => /Adopted\.|nothing to do/.exec(out)?.[0]).sort()).toEqual(['Adopted.', 'nothing to do']);
  });

  it('names the owner when the role does not own the tables', async () => {
    const [{ name } = { name: '' }] = await database.sql<{ name: string }>(`SELECT 'reader_' || current_database() AS name`);
    await database.sql(`CREATE ROLE ${name} LOGIN; GRANT ALL ON users, tasks TO ${name}`);
    const url = new URL(database.url);
    url.username = name;
    const { out, code } = await runScript('db:adopt', '', { DATABASE_URL: url.href });
    await database.sql(`DROP OWNED BY ${name}; DROP ROLE ${name}`);
    expect([out, code]).toEqual([expect.stringContaining('tasks belongs to the role postgres: run this as that role'), 0]);
  });

  it('explains invalid arguments, and a missing DATABASE_URL, in one line', async () => {
    expect(await adopt('--timeout 1h')).toEqual(
      refusal(/--timeout must be a whole number of seconds, from 1 to 999999\. Usage: .*/),
    );
    expect(await adopt('--force')).toEqual(refusal(/Unknown option '--force'\. Usage: npm run db:adopt .*/));
    expect(await runScript('db:adopt', '')).toEqual(
      refusal(/There is nothing to adopt in the embedded database: set DATABASE_URL\./),
    );
  });
});
