import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPostgresDatabase } from './support/databases.js';
import { copyDataDir, type ServerProcess, serverEntry, startServer } from './support/server-process.js';

const json = { 'content-type': 'application/json' };
const run = promisify(execFile);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tandem-start-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Starts the server where it cannot. @returns its exit code and what it printed to standard error. */
async function refusedStart(settings: Record<string, string>): Promise<{ code: number; said: string }> {
  const env = {
    PATH: process.env.PATH,
    DATA_DIR: path.join(folder, 'refused'),
    API_HOST: '127.0.0.1',
    API_PORT: '0',
    ...settings,
  };
  return run(process.execPath, [serverEntry], { env, timeout: 20_000 }).then(
    () => ({ code: 0, said: '' }),
    ({ code, stderr }) => ({ code, said: stderr }),
  );
}

describe('the start is refused in one clear line each, with an exit code,', () => {
  it('for bad settings, all at once', async () => {
    const { code, said } = await refusedStart({ API_PORT: 'x', RATE_USER: 'y', BETTER_AUTH_SECRET: 'hunter2' });
    expect(code).toBe(1);
    expect(said.trim().split('\n').sort()).toEqual([
      'Tandem cannot start: API_PORT must be a whole number from 0 to 65535.',
      'Tandem cannot start: BETTER_AUTH_SECRET must be at least 32 bytes.',
      'Tandem cannot start: RATE_USER must be a budget such as 100/s, 120/m or 10/15m.',
    ]);
  });

  it('in production without a secret', async () => {
    const { code, said } = await refusedStart({ NODE_ENV: 'production' });
    expect([code, said]).toEqual([
      1,
      expect.stringMatching(/^Tandem cannot start: BETTER_AUTH_SECRET must be set in production[^\n]*\n$/),
    ]);
  });

  it('when the port is taken', async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) =>
      other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port)),
    );
    const DATA_DIR = path.join(folder, 'port-taken');
    await copyDataDir(DATA_DIR);
    const { code, said } = await refusedStart({ DATA_DIR, API_PORT: String(port) });
    other.close();
    expect([code, said]).toEqual([
      1,
      `Tandem cannot start: API_HOST, API_PORT: 127.0.0.1:${port} is taken by another process.\n`,
    ]);
  });

  it('when the data folder is in use, and the folder can be used again after that process was killed', async () => {
    const DATA_DIR = path.join(folder, 'shared');
    await copyDataDir(DATA_DIR);
    const first = await startServer({ DATA_DIR });
    const { code, said } = await refusedStart({ DATA_DIR });
    expect([code, said]).toEqual([
      1,
      expect.stringMatching(/^Tandem cannot start: DATA_DIR: \S+ is in use by another process[^\n]*\n$/),
    ]);
    await fetch(`${first.url}/api/auth/signup`, {
      method: 'POST',
      headers: json,
      body: '{"email":"a@example.com","password":"correct horse battery","name":"A"}',
    });
    await first.stop('SIGKILL');
    const second = await startServer({ DATA_DIR });
    const login = await fetch(`${second.url}/api/auth/login`, {
      method: 'POST',
      headers: json,
      body: '{"email":"a@example.com","password":"correct horse battery"}',
    });
    expect(login.status).toBe(200);
    expect(await second.stop()).toBe(0);
  });

  it('for a wrong password, an unknown database and a server that is not there, never with the password', async () => {
    const { url, drop } = await createPostgresDatabase();
    const nowhere = new URL(url);
    nowhere.port = '1';
    const unknown = new URL(url);
    unknown.pathname = '/nope';
    const withPassword = (target: URL, username = 'postgres') => Object.assign(target, { username, password: 'hunter2' }).href;
    const outcomes = [];
    for (const DATABASE_URL of [withPassword(nowhere), withPassword(unknown), withPassword(new URL(url), 'guarded')]) {
      outcomes.push(await refusedStart({ DATABASE_URL }));
    }
    await drop();
    expect(outcomes).toEqual([
      {
        code: 1,
        said: expect.stringMatching(
          /^Tandem cannot start: DATABASE_URL: the database \w+ at \S+ cannot be used \(ECONNREFUSED\)\.\n$/,
        ),
      },
      {
        code: 1,
        said: expect.stringMatching(
          /^Tandem cannot start: DATABASE_URL: the database nope at \S+ does not exist; create it first\.\n$/,
        ),
      },
      {
        code: 1,
        said: expect.stringMatching(
          /^Tandem cannot start: DATABASE_URL: the database \w+ at \S+ refused the credentials of guarded\.\n$/,
        ),
      },
    ]);
    expect(JSON.stringify(outcomes)).not.toContain('hunter2');
  });
});

describe('on PostgreSQL', () => {
  it('two processes that start at the same moment on an empty database both come up, and share it', async () => {
    const { url, drop } = await createPostgresDatabase('');
    const settings = { DATABASE_URL: url, BETTER_AUTH_SECRET: 'both-of-them-sign-with-this-very-one' };
    const [one, two] = await Promise.all([startServer(settings), startServer(settings)]);
    const signup = await fetch(`${one.url}/api/auth/signup`, {
      method: 'POST',
      headers: json,
      body: '{"email":"a@example.com","password":"correct horse battery","name":"A"}',
    });
    const { access_token } = (await signup.json()) as { access_token: string };
    const me = () => fetch(`${two.url}/api/auth/me`, { headers: { authorization: `Bearer ${access_token}` } });
    expect((await me()).status).toBe(200);
    await fetch(`${one.url}/api/auth/logout`, { method: 'POST', headers: { authorization: `Bearer ${access_token}` } });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect((await me()).status).toBe(401);
    expect(await Promise.all([one.stop(), two.stop()])).toEqual([0, 0]);
    await drop();
  });

  it('stores times in UTC whatever time zone the server and the process are in', async () => {
    const { url, drop } = await createPostgresDatabase();
    const server = await startServer({ DATABASE_URL: url, TZ: 'Asia/Tokyo', PGTZ: 'Asia/Tokyo' });
    const signup = await fetch(`${server.url}/api/auth/signup`, {
      method: 'POST',
      headers: json,
      body: '{"email":"a@example.com","password":"correct horse battery","name":"A"}',
    });
    const { access_token } = (await signup.json()) as { access_token: string };
    const task = await fetch(`${server.url}/api/tasks`, {
      method: 'POST',
      headers: { ...json, authorization: `Bearer ${access_token}` },
      body: '{"title":"now"}',
    });
    const { created_at } = (await task.json()) as { created_at: string };
    expect(Math.abs(Date.parse(created_at) - Date.now())).toBeLessThan(10_000);
    await server.stop();
    await drop();
  });
});

describe('the process, on its first start,', () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startServer({ DATA_DIR: path.join(folder, 'new'), RATE_LIMIT: 'off' });
  });
  afterAll(() => server.stop());

  it('prints where GraphiQL, the REST docs and the health check are, and says loudly that the budgets are lifted', () => {
    for (const address of ['/graphql', '/docs', '/health'])
      expect(server.output()).toContain(`http://127.0.0.1:${server.port}${address}`);
    expect(server.output()).toMatch(/WARNING: RATE_LIMIT=off/);
  });

  it('finishes what is in flight on SIGTERM, closes the database, and exits with 0 within ten seconds', async () => {
    // Hashing takes a while: the answer is on its way when the signal comes.
    const signup = fetch(`${server.url}/api/auth/signup`, {
      method: 'POST',
      headers: json,
      body: '{"email":"a@example.com","password":"correct horse battery","name":"A"}',
    });
    await new Promise((resolve) => setTimeout(resolve, 10));
    const began = Date.now();
    const [answer, code] = await Promise.all([signup, server.stop()]);
    expect([answer.status, code]).toEqual([201, 0]);
    expect(Date.now() - began).toBeLessThan(10_000);
    await expect(fetch(`${server.url}/health`)).rejects.toThrow();
  });
});
