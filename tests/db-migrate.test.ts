import { appendFile, cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { createMigration } from '../scripts/create-migration.js';
import { migrate as applyMigrations, differenceFrom } from '../src/db/migrations/migrate.js';
import { migrationAdapter } from '../src/db/migrations/migration-adapter.js';
import { createPostgresDatabase } from './support/databases.js';
import { refusal, runScript } from './support/script.js';

const migrate = (args: string, env?: Record<string, string>) => runScript('db:migrate', args, env);

async function onDatabase(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query(statement);
  await client.end();
  return rows;
}

async function migrationsIn(prisma: URL): Promise<string[]> {
  const entries = await readdir(new URL('migrations/', prisma), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}
const committed = pathToFileURL(`${path.resolve('prisma')}/`);

describe('npm run db:migrate', () => {
  test('applies and prints the missing migrations, then reports that none is missing', async () => {
    const { url, drop } = await createPostgresDatabase('');
    const all = (await migrationsIn(committed)).sort().map((name) => `Applied ${name}.\n`);
    const done = 'The database is up to date.\n';
    expect(await migrate('', { DATABASE_URL: url })).toEqual({ out: all.join('') + done, err: '', code: 0 });
    expect(await migrate('', { DATABASE_URL: url })).toEqual({ out: done, err: '', code: 0 });
    await drop();
  });

  test('names the failed migration and its cause, rolls it back, and can be run again', async () => {
    const { url, drop } = await createPostgresDatabase('');
    await onDatabase(url, 'CREATE FUNCTION touch_updated_at() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$');
    const line = /The database could not be migrated: \d{14}_init: function "touch_updated_at" already exists .*/;
    expect(await migrate('', { DATABASE_URL: url })).toEqual(refusal(line));
    expect(await onDatabase(url, `SELECT to_regclass('users') AS users`)).toEqual([{ users: null }]);
    await onDatabase(url, 'DROP FUNCTION touch_updated_at');
    expect(await migrate('', { DATABASE_URL: url })).toMatchObject({ code: 0, err: '' });
    await drop();
  });

  test('treats a migration as applied when the process was killed before it received the result', async () => {
    const { url, drop } = await createPostgresDatabase('');
    const dying = migrationAdapter(new PrismaPg({ connectionString: url }), async (script) => {
      await onDatabase(url, script);
      throw new Error('killed');
    });
    const query = (text: string) => onDatabase(url, text) as Promise<Record<string, unknown>[]>;
    await expect(applyMigrations(query, dying)).rejects.toThrow('killed');
    expect(await migrate('', { DATABASE_URL: url })).toMatchObject({ code: 0, err: '' });
    await drop();
  });

  test('finds no difference between the committed schema and its migrations', async () => {
    const before = await migrationsIn(committed);
    const answer = await migrate('--create nothing');
    for (const name of await migrationsIn(committed)) {
      if (!before.includes(name)) await rm(new URL(`migrations/${name}`, committed), { recursive: true });
    }
    expect(answer).toEqual({ out: expect.stringContaining('no difference'), err: '', code: 0 });
  });

  test('writes the next migration for a changed schema', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'tandem-migrate-'));
    await cp('prisma', folder, { recursive: true });
    const prisma = pathToFileURL(`${folder}/`);
    const schema = new URL('schema.prisma', prisma);
    await appendFile(schema, 'model Label {\n  id Int @id\n  text String\n  @@map("labels")\n}\n');
    const created = String(await createMigration('add_labels', prisma));
    expect(created).toMatch(/^\d{14}_add_labels$/);
    expect((await migrationsIn(prisma)).sort().at(-1)).toBe(created);
    expect(await readFile(new URL(`migrations/${created}/migration.sql`, prisma), 'utf8')).toContain('CREATE TABLE "labels" (');
    expect(await createMigration('again', prisma)).toBeUndefined();
    const { url, drop } = await createPostgresDatabase('');
    const adapter = migrationAdapter(new PrismaPg({ connectionString: url }), (script) => onDatabase(url, script));
    await applyMigrations((text) => onDatabase(url, text) as Promise<Record<string, unknown>[]>, adapter, prisma);
    const columns = `SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE table_name = 'labels'`;
    expect(await onDatabase(url, columns)).toEqual([
      { column_name: 'id', data_type: 'integer', is_nullable: 'NO' },
      { column_name: 'text', data_type: 'text', is_nullable: 'NO' },
    ]);
    await appendFile(schema, 'model Label {');
    await expect(differenceFrom(adapter, prisma)).rejects.toThrow(/^schema\.prisma cannot be compared: [^\n]+$/);
    await drop();
    await rm(folder, { recursive: true });
  });

  test('rejects an invalid name', async () => {
    expect(await migrate('--create ../labels')).toEqual(refusal(/A migration's name is made of .*: not "\.\.\/labels"\./));
  });
});
