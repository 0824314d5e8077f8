import { afterEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { pino } from 'pino';
import { openPostgres } from '../../src/db/postgres/open-postgres.js';
import { createPostgresDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';

/** The lock of `src/db/postgres/migration.ts`. */
const migrationLock = 815_493_027;

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A database, and another process that migrates it. @param template of the database; empty for one without our tables. */
async function whileMigrating(template?: string) {
  const { url, drop } = await createPostgresDatabase(template);
  const other = new pg.Client(url);
  await other.connect();
  await other.query('SELECT pg_advisory_lock($1)', [migrationLock]);
  cleanups.push(drop, () => other.end());
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const open = async () => {
    const db = await openPostgres({ url, poolSize: 2 }, log);
    cleanups.push(db.close);
    return db;
  };
  return { other, lines, open };
}

describe('a start while another process migrates', () => {
  it('waits longer than any statement may take, says so every 10 s, and then migrates', async () => {
    const { other, lines, open } = await whileMigrating('');
    const opening = open();
    await eventually(() => lines.some(({ msg }) => msg === 'database.waiting-for-migration'), 15_000);
    await other.query('SELECT pg_advisory_unlock($1)', [migrationLock]);
    await (await opening).check();
  });

  it('does not wait when it has no migration to apply', async () => {
    const { lines, open } = await whileMigrating();
    await (await open()).check();
    expect(lines.filter(({ msg }) => msg === 'database.waiting-for-migration')).toEqual([]);
  });
});

describe('processes that start at the same moment on an empty database', () => {
  it('all serve, and leave no lock', async () => {
    const { url, drop } = await createPostgresDatabase('');
    const log = pino({ level: 'silent' });
    const databases = await Promise.all(Array.from({ length: 3 }, () => openPostgres({ url, poolSize: 2 }, log)));
    for (const db of databases) await db.check();
    const locks = await databases[0]?.query(`SELECT FROM pg_locks WHERE locktype = 'advisory'`, []);
    expect(locks).toEqual([]);
    for (const db of databases) await db.close();
    await drop();
  });
});
