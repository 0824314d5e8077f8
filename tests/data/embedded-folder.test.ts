import { mkdtemp, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { Database } from '../../src/db/database.js';
import { openEmbedded } from '../../src/db/embedded/open-embedded.js';
import { databaseFault } from '../../src/db/faults.js';
import { copyDataDir } from '../support/server-process.js';

let dataDir: string;
let folder: string;
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'tandem-embedded-'));
  folder = path.join(dataDir, 'pglite');
  await copyDataDir(dataDir);
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

describe('an embedded database that cannot be opened', () => {
  const firstLog = '000000010000000000000001';
  it.each<[string, () => Promise<unknown>, RegExp]>([
    [
      'of another PostgreSQL',
      () => writeFile(path.join(folder, 'PG_VERSION'), '16\n'),
      /: database files are incompatible with server; The data directory was initialized by PostgreSQL version 16, which is not compatible with this version 18\.\d+; start the release that wrote it, or remove the folder\.$/,
    ],
    [
      'with a truncated log',
      () => truncate(path.join(folder, 'pg_wal', firstLog), 100),
      /: could not locate a valid checkpoint record at \S+; restore a backup or remove the folder\.$/,
    ],
    [
      'without pg_control',
      () => rm(path.join(folder, 'global', 'pg_control')),
      /: could not open file "global\/pg_control": No such file or directory; restore a backup or remove the folder\.$/,
    ],
    [
      'without PG_VERSION',
      () => rm(path.join(folder, 'PG_VERSION')),
      /PG_VERSION is missing, and other files are there; restore a backup or remove the folder\.$/,
    ],
    [
      'without a folder of its tables',
      () => rm(path.join(folder, 'base'), { recursive: true }),
      /: database "postgres" does not exist; The database subdirectory "base\/5" is missing; restore a backup or remove the folder\.$/,
    ],
    [
      'without its settings',
      () => rm(path.join(folder, 'postgresql.conf')),
      /could not access the server configuration file "\S+": No such file or directory; restore a backup or remove the folder\.$/,
    ],
  ])('%s is refused in one line that says why', async (_, damage, reason) => {
    await damage();
    const before = await readFile(path.join(folder, 'PG_VERSION'), 'utf8').catch(() => undefined);
    const refusal = await openEmbedded(dataDir).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ name: 'StartError', message: expect.stringMatching(reason) });
    expect(String(refusal)).toMatch(/^StartError: DATA_DIR: the embedded database in \S+ cannot be opened: [^\n]+$/);
    expect(await readFile(path.join(folder, 'PG_VERSION'), 'utf8').catch(() => undefined)).toBe(before);
  });
});

describe('the embedded database after a panic of PostgreSQL', () => {
  const lines: Record<string, unknown>[] = [];
  const log = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) });
  let db: Database;
  beforeEach(async () => {
    db = await openEmbedded(dataDir, log);
    await db.query(`INSERT INTO users (id, email) VALUES ('a', 'a@example.com')`, []);
  });
  afterEach(() => db.close());

  const count = async () => (await db.query<{ n: number }>('SELECT count(*)::int AS n FROM users', []))[0]?.n;
  const failure = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: unknown) => databaseFault(error)?.code,
    );

  it('refuses statements at once, also within a transaction, and serves again when its files are usable', async () => {
    const [log, away] = [path.join(folder, 'pg_wal'), path.join(folder, 'pg_wal.away')];
    await rename(log, away);
    const inTransaction = db.transaction(async ({ query }) => {
      await query(`INSERT INTO users (id, email) VALUES ('b', 'b@example.com')`, []);
      await query('SELECT pg_switch_wal()::text', []);
      await query('SELECT 1', []);
    });
    expect(await failure(inTransaction)).toBe('SERVICE_UNAVAILABLE');
    expect(await failure(count())).toBe('SERVICE_UNAVAILABLE');
    expect(await failure(db.prisma.user.count())).toBe('SERVICE_UNAVAILABLE');
    await rename(away, log);
    let users: number | undefined;
    for (let attempt = 0; users === undefined && attempt < 100; attempt++) {
      users = await count().catch(() => undefined);
      if (users === undefined) await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(users).toBe(1);
    expect(await db.prisma.user.count()).toBe(1);
    await db.query(`INSERT INTO users (id, email) VALUES ('c', 'c@example.com')`, []);
    expect(lines.map(({ msg }) => msg)).toEqual(expect.arrayContaining(['database.crashed', 'database.reopened']));
    expect(lines.find(({ msg }) => msg === 'database.crashed')).toMatchObject({
      messages: [expect.stringContaining('pg_wal')],
    });
  });
});
