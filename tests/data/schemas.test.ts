import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { pino } from 'pino';
import { createApp } from '../../src/app.js';
import { openPostgres } from '../../src/db/postgres/open-postgres.js';
import { fetchOf, testConfig } from '../support/app.js';
import { createPostgresDatabase } from '../support/databases.js';
import { smokeAnswers } from '../support/smoke.js';

const log = pino({ level: 'silent' });
let database: Awaited<ReturnType<typeof createPostgresDatabase>>;
let admin: pg.Client;

beforeAll(async () => {
  database = await createPostgresDatabase('');
  admin = new pg.Client(database.url);
  await admin.connect();
  // Other people's tables, some with our names.
  await admin.query('CREATE TABLE invoices (id int); CREATE TABLE tasks (id int); CREATE TABLE _prisma_migrations (id int)');
});
afterAll(async () => {
  await admin.end();
  await database.drop();
});

async function tablesIn(schema: string): Promise<string[]> {
  const { rows } = await admin.query('SELECT tablename FROM pg_tables WHERE schemaname = $1 ORDER BY 1', [schema]);
  return rows.map(({ tablename }) => tablename);
}

const ours = ['_prisma_migrations', 'credentials', 'idempotency_keys', 'refresh_tokens', 'sessions', 'tasks', 'users'];

async function use(settings: { url: string; schema?: string }): Promise<void> {
  const db = await openPostgres({ poolSize: 5, ...settings }, log);
  const app = await createApp(testConfig(), { db, log });
  try {
    const answers = await smokeAnswers(fetchOf(app));
    expect(JSON.stringify(answers)).not.toContain('INTERNAL_SERVER_ERROR');
    expect(JSON.stringify(answers)).toContain('"status":"ok"');
  } finally {
    await app.close();
  }
}

describe('the tables are in one schema, for migrations, SQL and Prisma alike,', () => {
  it('which the deployment names and the start makes', async () => {
    const schema = 'Tandem prod';
    await use({ url: database.url, schema });
    expect(await tablesIn(schema)).toEqual(expect.arrayContaining(ours));
    await use({ url: database.url, schema });
  });

  it('which the URL names as Prisma’s do', async () => {
    const url = new URL(database.url);
    url.searchParams.set('schema', 'from_url');
    await use({ url: url.href });
    expect(await tablesIn('from_url')).toEqual(expect.arrayContaining(ours));
  });

  it('the first of the search_path', async () => {
    await admin.query('CREATE SCHEMA from_path');
    const url = new URL(database.url);
    url.search = `options=${encodeURIComponent('-c search_path=nowhere,from_path,public')}`;
    await use({ url: url.href });
    expect(await tablesIn('from_path')).toEqual(expect.arrayContaining(ours));
  });

  it('and not in one that other people use', async () => {
    expect(await tablesIn('public')).toEqual(['_prisma_migrations', 'invoices', 'tasks']);
  });
});

describe('other people’s tables', () => {
  it('beside ours in a schema are no obstacle', async () => {
    await admin.query('CREATE SCHEMA shared CREATE TABLE invoices (id int)');
    await use({ url: database.url, schema: 'shared' });
    expect(await tablesIn('shared')).toEqual(expect.arrayContaining(['invoices', ...ours]));
  });
});
