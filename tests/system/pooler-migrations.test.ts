import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createParts, database, type Parts } from '../../chaos/parts/parts.js';
import { signUp } from '../../chaos/requests.js';
import type { DebianPostgres } from '../support/debian-postgres.js';
import { eventually } from '../support/eventually.js';
import { legacyRows, legacyTables } from '../support/legacy.js';
import { runScript } from '../support/script.js';
import { serverEntry } from '../support/server-process.js';
import { freePort } from '../support/shell.js';

const root = path.resolve(import.meta.dirname, '../..');
const timeoutMs = 60_000;

let parts: Parts;
beforeEach(() => {
  parts = createParts();
});
afterEach(() => parts.close(), timeoutMs);

const advisoryLocks = (postgres: DebianPostgres) =>
  postgres.query(`SELECT pid FROM pg_locks WHERE locktype = 'advisory'`, database);

describe.each(['transaction', 'session'] as const)('on an empty database behind a PgBouncer in %s mode', (poolMode) => {
  it(
    'two processes that start at the same time both serve',
    async () => {
      const postgres = await parts.postgres();
      const pooler = await parts.pgBouncer(postgres, { poolMode });
      const start = () => parts.server(pooler.url(database));
      const [one, other] = await Promise.all([start(), start()]);
      const token = await signUp(one.url, 'ada');
      const { status } = await fetch(`${other.url}/api/tasks`, { headers: { authorization: `Bearer ${token}` } });
      expect(status).toBe(200);
      expect(await advisoryLocks(postgres)).toEqual([]);
    },
    timeoutMs,
  );

  it(
    'kill -9 in the middle of a migration leaves no lock behind, and the next start serves',
    async () => {
      const postgres = await parts.postgres();
      const pooler = await parts.pgBouncer(postgres, { poolMode });
      const blocker = new pg.Client(postgres.url(database));
      await blocker.connect();
      try {
        // The migration's own CREATE TABLE waits for the end of this transaction.
        await blocker.query('BEGIN; CREATE TABLE users ()');
        await killDuringMigration(postgres, pooler.url(database));
      } finally {
        await blocker.end();
      }
      await eventually(async () => (await advisoryLocks(postgres)).length === 0, 10_000);
      const server = await parts.server(pooler.url(database));
      expect(await signUp(server.url, 'ada')).toEqual(expect.any(String));
      expect(await advisoryLocks(postgres)).toEqual([]);
    },
    timeoutMs,
  );
});

it(
  'npm run db:adopt adopts the tables of an earlier back end through a PgBouncer in transaction mode, and a start serves them',
  async () => {
    const postgres = await parts.postgres();
    await postgres.query(legacyTables + legacyRows, database);
    const url = (await parts.pgBouncer(postgres, { poolMode: 'transaction' })).url(database);
    expect(await runScript('db:adopt', '--apply', { DATABASE_URL: url })).toEqual({
      out: expect.stringMatching(/Adopted\. npm start serves them\.\n$/),
      err: '',
      code: 0,
    });
    expect(await advisoryLocks(postgres)).toEqual([]);
    const server = await parts.server(url);
    const token = await signUp(server.url, 'eve');
    const { status } = await fetch(`${server.url}/api/tasks`, { headers: { authorization: `Bearer ${token}` } });
    expect(status).toBe(200);
    expect(await postgres.query('SELECT count(*)::int AS users FROM users', database)).toEqual([{ users: 3 }]);
  },
  timeoutMs,
);

/** Starts the product, waits until a statement of its migration waits, and kills it. */
async function killDuringMigration(postgres: DebianPostgres, databaseUrl: string): Promise<void> {
  const { PATH = '', HOME = '' } = process.env;
  const secret = 'tests-sign-with-this-and-nothing-else-does';
  const settings = { DATABASE_URL: databaseUrl, BETTER_AUTH_SECRET: secret, API_PORT: String(await freePort()) };
  const server = spawn(process.execPath, [serverEntry], { cwd: root, env: { PATH, HOME, ...settings }, stdio: 'ignore' });
  const exited = once(server, 'exit');
  try {
    const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ~ 'CREATE TABLE'`;
    await eventually(async () => (await postgres.query(waiting)).length > 0, 30_000);
  } finally {
    server.kill('SIGKILL');
    await exited;
  }
}
