import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { pino } from 'pino';
import { createApp } from '../../src/app.js';
import { openPostgres } from '../../src/db/postgres/open-postgres.js';
import { fetchOf, testConfig } from '../support/app.js';
import { createPostgresDatabase } from '../support/databases.js';
import { smokeAnswers } from '../support/smoke.js';

/** Settings that a database, a role or a URL may have, each with a value that is not PostgreSQL's own. */
const settings: readonly (readonly [name: string, value: string])[] = [
  ['TimeZone', 'Asia/Tokyo'],
  ['TimeZone', 'America/St_Johns'],
  ['DateStyle', 'German, DMY'],
  ['DateStyle', 'SQL, DMY'],
  ['IntervalStyle', 'iso_8601'],
  ['extra_float_digits', '-15'],
  ['bytea_output', 'escape'],
  ['standard_conforming_strings', 'off'],
  ['client_encoding', 'LATIN1'],
  ['array_nulls', 'off'],
  ['transform_null_equals', 'on'],
  ['default_transaction_isolation', 'serializable'],
  ['default_transaction_deferrable', 'on'],
  ['statement_timeout', '0'],
  ['lc_numeric', 'C'],
  ['lc_time', 'C'],
  ['lc_messages', 'C'],
  ['quote_all_identifiers', 'on'],
  ['xmloption', 'document'],
  ['search_path', 'public, pg_catalog'],
];

let database: Awaited<ReturnType<typeof createPostgresDatabase>>;
let admin: pg.Client;
let expected: unknown[];
const role = `tandem_role_${process.pid}`;

beforeAll(async () => {
  database = await createPostgresDatabase();
  admin = new pg.Client(database.url);
  await admin.connect();
  await admin.query(`CREATE ROLE ${role} LOGIN SUPERUSER PASSWORD 'pw'`);
  expected = await answersOf(database.url);
});
afterAll(async () => {
  await admin.end();
  await database.drop();
  const server = new pg.Client(process.env.TEST_SERVER_URL);
  await server.connect();
  await server.query(`DROP ROLE ${role}`);
  await server.end();
});

async function answersOf(url: string): Promise<unknown[]> {
  const log = pino({ level: 'silent' });
  const db = await openPostgres({ url, poolSize: 5 }, log);
  const app = await createApp(testConfig(), { db, log });
  try {
    return await smokeAnswers(fetchOf(app));
  } finally {
    await app.close();
  }
}

const name = () => admin.escapeIdentifier(new URL(database.url).pathname.slice(1));

describe.each(settings)('with %s = %s', (setting, value) => {
  const literal = setting === 'search_path' ? value : `'${value}'`;

  it('of the database the answers are the same', async () => {
    await admin.query(`ALTER DATABASE ${name()} SET ${setting} = ${literal}`);
    try {
      expect(await answersOf(database.url)).toEqual(expected);
    } finally {
      await admin.query(`ALTER DATABASE ${name()} RESET ${setting}`);
    }
  });

  it('of the role the answers are the same', async () => {
    await admin.query(`ALTER ROLE ${role} SET ${setting} = ${literal}`);
    try {
      expect(await answersOf(Object.assign(new URL(database.url), { username: role, password: 'pw' }).href)).toEqual(expected);
    } finally {
      await admin.query(`ALTER ROLE ${role} RESET ${setting}`);
    }
  });

  it('of the URL the answers are the same', async () => {
    const url = new URL(database.url);
    url.search = `options=${encodeURIComponent(`-c ${setting}=${value.replaceAll(' ', '\\ ')}`)}`;
    expect(await answersOf(url.href)).toEqual(expected);
  });
});
