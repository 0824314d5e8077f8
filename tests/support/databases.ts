import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { pino } from 'pino';
import type { Database } from '../../src/db/database.js';
import { serveEmbedded } from '../../src/db/embedded/open-embedded.js';
import { openPostgres } from '../../src/db/postgres/open-postgres.js';

/** Which database the running jest project is about. */
export const databaseKind = (globalThis as unknown as { databaseKind: 'postgresql' | 'embedded' }).databaseKind;

/** A migrated, empty database of one test's own. */
export interface TestDatabase {
  readonly db: Database;
  /** Only on PostgreSQL. */
  readonly url: string;
  drop(): Promise<void>;
}

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client(process.env.TEST_SERVER_URL);
  await client.connect();
  await client.query(statement);
  await client.end();
}

/** Makes a database on the test server. @param template an empty name makes it without our tables. */
export async function createPostgresDatabase(
  template = process.env.TEST_TEMPLATE ?? '',
): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `tandem_${randomBytes(6).toString('hex')}`;
  await onServer(`CREATE DATABASE ${name}${template && ` TEMPLATE ${template}`}`);
  const url = new URL(process.env.TEST_SERVER_URL ?? '');
  url.pathname = name;
  return { url: url.href, drop: () => onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

/** Opens a database of the project's kind. @param log of the database itself. */
export async function openTestDatabase(kind = databaseKind, log = pino({ level: 'silent' })): Promise<TestDatabase> {
  if (kind === 'embedded') {
    const image = new Blob([await readFile(process.env.TEST_IMAGE ?? '')]);
    const db = await serveEmbedded(await PGlite.create({ loadDataDir: image }));
    return { db, url: '', drop: () => db.close() };
  }
  const { url, drop } = await createPostgresDatabase();
  const db = await openPostgres({ url, poolSize: 5 }, log);
  return {
    db,
    url,
    drop: async () => {
      await db.close();
      await drop();
    },
  };
}
