import { mkdir, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { createApp } from '../src/app.js';
import { lockFolder } from '../src/db/embedded/folder-lock.js';
import { openEmbedded } from '../src/db/embedded/open-embedded.js';
import { fetchOf, testConfig } from './support/app.js';
import { createPostgresDatabase } from './support/databases.js';
import { refusal, runScript } from './support/script.js';
import { copyDataDir } from './support/server-process.js';
import { restStyle } from './support/styles.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tandem-seed-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const seed = (args: string, env: Record<string, string>) => runScript('db:seed', args, env);

describe('npm run db:seed', () => {
  test('creates users who can sign in and have an equal number of tasks, and can run twice', async () => {
    const { url, drop } = await createPostgresDatabase('');
    const first = await seed('--users 4 --tasks 120', { DATABASE_URL: url });
    const second = await seed('--users 2 --tasks 10', { DATABASE_URL: url });
    expect([first, second]).toMatchObject([
      { code: 0, err: '' },
      { code: 0, err: '' },
    ]);
    // No terminal, no bar.
    expect(first.out).toMatch(/^4 of 4 people\n120 of 120 tasks\nSign in with \S+ and the password \S+ [^\r\n]*\n$/);

    const app = await createApp(testConfig({ DATABASE_URL: url }), { log: pino({ enabled: false }) });
    const fetch = fetchOf(app);
    for (const [{ out }, share] of [[first, 30] as const, [second, 5] as const]) {
      const [, email, password] = out.match(/Sign in with (\S+) and the password (\S+)/) ?? [];
      const login = await restStyle.call(fetch, 'login', { input: { email, password } });
      const { access_token: token } = login.value as { access_token: string };
      expect(await restStyle.call(fetch, 'tasks', {}, token)).toMatchObject({ status: 200, value: { total: share } });
    }
    await app.close();
    await drop();
  });

  test('fills an embedded database with realistic tasks', async () => {
    const DATA_DIR = path.join(folder, 'seeded');
    await copyDataDir(DATA_DIR);
    expect(await seed('--tasks 6000', { DATA_DIR })).toMatchObject({ code: 0, err: '' });
    const db = await openEmbedded(DATA_DIR);
    const [found] = await db.query(
      `SELECT count(*)::int AS tasks, count(DISTINCT user_id)::int AS owners, count(DISTINCT title) > 1000 AS many_titles,
         count(description) BETWEEN 1000 AND 5000 AS some_described,
         count(*) FILTER (WHERE status = 'Completed') BETWEEN 1000 AND 5000 AS some_done,
         count(*) FILTER (WHERE updated_at > created_at) BETWEEN 1000 AND 5000 AS some_touched,
         bool_and(updated_at BETWEEN created_at AND now()) AS in_order,
         max(created_at) - min(created_at) > interval '300 days' AS over_a_year FROM tasks`,
      [],
    );
    await db.close();
    const looks = {
      many_titles: true,
      some_described: true,
      some_done: true,
      some_touched: true,
      in_order: true,
      over_a_year: true,
    };
    expect(found).toEqual({ tasks: 6000, owners: 10, ...looks });
  });

  test('explains invalid arguments in one line', async () => {
    const env = { DATA_DIR: path.join(folder, 'never') };
    const refusals: [args: string, env: Record<string, string>, line: RegExp][] = [
      ['--users x', env, /--users must be a whole number from 1 to 10000\. Usage: .*/],
      ['--users=-1', env, /--users must be a whole number from 1 to 10000\. Usage: .*/],
      ['--tasks 10000001', env, /--tasks must be a whole number from 0 to 10000000\. Usage: .*/],
      ['--rows 5', env, /Unknown option '--rows'\. Usage: npm run db:seed .*/],
      ['', { ...env, NODE_ENV: 'production' }, /Demo data is not for production .*/],
      ['', { DATABASE_URL: 'mysql://localhost/tandem' }, /DATABASE_URL must start with postgresql:\/\/\./],
    ];
    const answers = await Promise.all(refusals.map(([args, settings]) => seed(args, settings)));
    expect(answers).toEqual(refusals.map(([, , line]) => refusal(line)));
    expect(await readdir(folder)).not.toContain('never');
  });

  test('rejects a data folder that is in use', async () => {
    const database = path.join(folder, 'held', 'pglite');
    await mkdir(database, { recursive: true });
    const lock = await lockFolder(await realpath(database));
    expect(await seed('', { DATA_DIR: path.dirname(database) })).toEqual(
      refusal(/DATA_DIR: \S+ is in use by another process \(process \d+ on host \S+\); .*/),
    );
    await lock.release();
  });
});
