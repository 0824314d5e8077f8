import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createPostgresDatabase } from './support/databases.js';
import { eventually } from './support/eventually.js';
import { refusedStart } from './support/refused-start.js';
import { copyDataDir, type ServerProcess, serverEntry, startServer } from './support/server-process.js';

const json = { 'content-type': 'application/json' };
const run = promisify(execFile);
const goodSecret = 'k3Jx9vQ2mZ7pL4tR8wY1bN6cF5hD0sGa';
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tandem-start-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the start fails with an exit code and one line for each problem', () => {
  it('for invalid settings, all at once', async () => {
    const { code, said } = await refusedStart({ API_PORT: 'x', RATE_USER: 'y', BETTER_AUTH_SECRET: 'hunter2' });
    expect(code).toBe(1);
    expect(said.trim().split('\n').sort()).toEqual([
      'Tandem cannot start: API_PORT must be a whole number from 0 to 65535.',
      'Tandem cannot start: BETTER_AUTH_SECRET must be at least 32 bytes.',
      'Tandem cannot start: RATE_USER must be a rate limit such as 100/s, 120/m or 10/15m.',
    ]);
  });

  it('for an invalid proxy address, together with other invalid settings, before the database is opened', async () => {
    const { code, said } = await refusedStart({
      TRUSTED_PROXIES: 'nginx',
      API_HOST: '[::1]',
      DATABASE_URL: 'postgresql://127.0.0.1:1/x',
    });
    expect(code).toBe(1);
    expect(said.trim().split('\n').sort()).toEqual([
      expect.stringMatching(/^Tandem cannot start: API_HOST must be an IP address such as 0\.0\.0\.0 or ::1 /),
      expect.stringMatching(/^Tandem cannot start: TRUSTED_PROXIES must be addresses, ranges such as 10\.0\.0\.0\/8, /),
    ]);
  });

  it('in production without a secret', async () => {
    const { code, said } = await refusedStart({ NODE_ENV: 'production' });
    expect([code, said]).toEqual([
      1,
      expect.stringMatching(/^Tandem cannot start: BETTER_AUTH_SECRET must be set in production[^\n]*\n$/),
    ]);
  });

  it('when the port is in use', async () => {
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

  it('when the data folder is a file', async () => {
    const DATA_DIR = path.join(folder, 'file');
    await writeFile(DATA_DIR, '');
    expect(await refusedStart({ DATA_DIR })).toEqual({
      code: 1,
      said: expect.stringMatching(
        /^Tandem cannot start: DATA_DIR: \S+ cannot be \w+[^\n]*: a file is where a folder should be \(EEXIST\) for user \d+\.\n$/,
      ),
    });
  });

  it('when the data folder, or a file of the embedded database, belongs to another user', async () => {
    const isRoot = process.getuid?.() === 0;
    const user = isRoot ? { uid: 65_534, gid: 65_534 } : {};
    const closed = path.join(folder, 'closed');
    await mkdir(closed, { mode: 0o555 });
    const foreign = path.join(folder, 'foreign');
    await copyDataDir(foreign);
    await writeFile(path.join(foreign, 'secret'), 'k3Jx9vQ2mZ7pL4tR8wY1bN6cF5hD0sGa');
    await chmod(folder, 0o755);
    if (isRoot) await run('chown', ['-R', '65534:65534', foreign]);
    const version = path.join(foreign, 'pglite', 'PG_VERSION');
    if (isRoot) await chown(version, 0, 0);
    await chmod(version, 0o000);
    const reason = String.raw`permission denied \(EACCES\) for user \d+\.\n$`;
    const foreignReason = String.raw`permission denied \(EACCES\) for user \d+; it belongs to user \d+\.\n$`;
    expect(await refusedStart({ DATA_DIR: closed }, user)).toEqual({
      code: 1,
      said: expect.stringMatching(`^Tandem cannot start: DATA_DIR: \\S+ cannot be read or created: ${reason}`),
    });
    expect(await refusedStart({ DATA_DIR: foreign }, user)).toEqual({
      code: 1,
      said: expect.stringMatching(
        `^Tandem cannot start: DATA_DIR: the embedded database in \\S+ cannot be opened: \\S+PG_VERSION: ${foreignReason}`,
      ),
    });
  });

  it('when the data folder is in use; the folder can be used again after that process was killed', async () => {
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

  it('for a wrong password, an unknown database or an unreachable server, without the password', async () => {
    const { url, drop } = await createPostgresDatabase();
    const nowhere = new URL(url);
    nowhere.port = '1';
    const unknown = new URL(url);
    unknown.pathname = '/nope';
    const withPassword = (target: URL, username = 'postgres') => Object.assign(target, { username, password: 'hunter2' }).href;
    const outcomes = [];
    for (const DATABASE_URL of [withPassword(nowhere), withPassword(unknown), withPassword(new URL(url), 'guarded')]) {
      outcomes.push(await refusedStart({ DATABASE_URL, DATABASE_WAIT: 'off' }));
    }
    await drop();
    expect(outcomes).toEqual([
      {
        code: 1,
        said: expect.stringMatching(
          /^Tandem cannot start: DATABASE_URL: the database \w+ at \S+ cannot be reached: nothing listens on the port \(ECONNREFUSED\); .*\.\n$/,
        ),
      },
      {
        code: 1,
        said: expect.stringMatching(
          /^Tandem cannot start: DATABASE_URL: the database nope at \S+ does not exist; create it: CREATE DATABASE .*\.\n$/,
        ),
      },
      {
        code: 1,
        said: expect.stringMatching(
          /^Tandem cannot start: DATABASE_URL: the database \w+ at \S+ refuses the password of guarded; .*\.\n$/,
        ),
      },
    ]);
    expect(JSON.stringify(outcomes)).not.toContain('hunter2');
  });
});

describe('.env in the project’s folder', () => {
  /** A project of its own, with the built server of this one. */
  async function refusedIn(envFile: string | Buffer | undefined, settings: Record<string, string> = {}, ...command: string[]) {
    const project = await mkdtemp(path.join(folder, 'project-'));
    await copyFile(serverEntry, path.join(project, serverEntry));
    await writeFile(path.join(project, 'package.json'), '{"type":"module"}');
    await symlink(path.resolve('dist'), path.join(project, 'dist'));
    if (envFile === undefined) await mkdir(path.join(project, '.env'));
    else await writeFile(path.join(project, '.env'), envFile);
    return refusedStart(settings, { cwd: folder }, [path.join(project, serverEntry), ...command]);
  }

  it('is read by the server, and environment variables take precedence', async () => {
    const file = '\uFEFF# Settings\r\nexport RATE_USER="x" # wrong\r\n\r\nRATE_LOGIN=x\nRATE_SIGNUP=\'\nx\'\n';
    expect(await refusedIn(file, { RATE_LOGIN: '10/15m' })).toEqual({
      code: 1,
      said:
        'Tandem cannot start: RATE_USER must be a rate limit such as 100/s, 120/m or 10/15m.\n' +
        'Tandem cannot start: RATE_SIGNUP must be a rate limit such as 100/s, 120/m or 10/15m.\n',
    });
  });

  it.each(['db:migrate', 'db:seed'])('is read by npm run %s', async (command) => {
    expect(await refusedIn('DATABASE_URL=mysql://db/tasks\n', {}, command)).toEqual({
      code: 1,
      said: 'DATABASE_URL must start with postgresql://.\n',
    });
  });

  it.each([
    ['a line without =', 'API_PORT=8000\nnonsense\n', 2],
    ['an unterminated quote', 'API_PORT=8000\n\nDATA_DIR="data\nAPI_HOST=::1\n', 3],
    ['text after a quoted value', 'DATA_DIR="data" folder\n', 1],
    ['a name with a space', 'API PORT=8000\n', 1],
    ['UTF-16', Buffer.from('\uFEFFAPI_PORT=8000\n', 'utf16le'), 1],
  ])('is rejected in one line for %s', async (_, file, line) => {
    expect(await refusedIn(file)).toEqual({
      code: 1,
      said: expect.stringMatching(new RegExp(`^Tandem cannot start: \\S+/\\.env, line ${line}: not NAME=value[^\\n]*\\n$`)),
    });
  });

  it('is rejected in one line when it cannot be read', async () => {
    expect(await refusedIn(undefined)).toEqual({
      code: 1,
      said: expect.stringMatching(/^Tandem cannot start: \S+\/\.env cannot be read \(EISDIR\)\.\n$/),
    });
  });
});

describe('a checkout that was never built', () => {
  it.each([[], ['db:migrate'], ['db:seed']])('reports that in one line: node start.js %s', async (...command) => {
    const project = await mkdtemp(path.join(folder, 'unbuilt-'));
    await copyFile(serverEntry, path.join(project, serverEntry));
    await writeFile(path.join(project, 'package.json'), '{"type":"module"}');
    expect(await refusedStart({}, {}, [path.join(project, serverEntry), ...command])).toEqual({
      code: 1,
      said: 'Tandem is not built yet: run npm ci, or npm run build.\n',
    });
  });
});

describe('in production', () => {
  /** On SIGUSR2 it does what a bug would. */
  const bug = (source: string) => [`--import=data:text/javascript,process.on("SIGUSR2",()=>{${encodeURIComponent(source)}})`];
  const signup = (url: string) =>
    fetch(`${url}/api/auth/signup`, {
      method: 'POST',
      headers: json,
      body: '{"email":"a@example.com","password":"correct horse battery","name":"A"}',
    });
  const linesOf = (server: ServerProcess) =>
    server
      .output()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));

  it.each([
    ['an exception', 'process.uncaught-exception', 'throw new Error("planted")'],
    ['a rejection', 'process.unhandled-rejection', 'Promise.reject(new Error("planted"))'],
  ])(
    '%s that is not caught is logged, and the process exits with code 1 after the requests in flight',
    async (_, msg, source) => {
      const { url: DATABASE_URL, drop } = await createPostgresDatabase();
      const server = await startServer({ DATABASE_URL, NODE_ENV: 'production', BETTER_AUTH_SECRET: goodSecret }, bug(source));
      const inFlight = signup(server.url);
      await new Promise((resolve) => setTimeout(resolve, 10));
      const exited = once(server.process, 'close');
      server.process.kill('SIGUSR2');
      expect((await inFlight).status).toBe(201);
      expect(await exited).toEqual([1, null]);
      const fault = linesOf(server).find((line) => line.msg === msg);
      expect(fault).toMatchObject({ level: 'fatal', err: { message: 'planted', stack: expect.any(String) } });
      await drop();
    },
  );

  it('the server prints only JSON lines: its URL, warnings, and errors with source positions in their stacks', async () => {
    const { url: DATABASE_URL, drop } = await createPostgresDatabase();
    const settings = { DATABASE_URL, NODE_ENV: 'production', BETTER_AUTH_SECRET: goodSecret, API_HOST: '::1' };
    const server = await startServer(settings, bug('process.emitWarning("planted")'));
    const { access_token } = (await (await signup(server.url)).json()) as { access_token: string };
    const client = new pg.Client(DATABASE_URL);
    await client.connect();
    await client.query('DROP TABLE tasks');
    await client.end();
    const tasks = await fetch(`${server.url}/api/tasks`, { headers: { authorization: `Bearer ${access_token}` } });
    expect(tasks.status).toBe(500);
    server.process.kill('SIGUSR2');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await server.stop()).toBe(0);
    const lines = linesOf(server);
    expect(lines[0]).toMatchObject({ msg: 'server.started', url: `http://[::1]:${server.port}`, docs: `${server.url}/docs` });
    expect(lines).toContainEqual(expect.objectContaining({ level: 'warn', msg: 'rate-limits.disabled' }));
    expect(lines).toContainEqual(
      expect.objectContaining({ msg: 'process.warning', err: expect.objectContaining({ message: 'planted' }) }),
    );
    const { stack } = lines.find(({ level }) => level === 'error').err;
    expect(stack).toMatch(/\/src\/db\/postgres\/[\w-]+\.ts:\d+:\d+\)/);
    await drop();
  });
});

describe('npm start', () => {
  it('forwards SIGTERM to the server, and exits with its exit code', async () => {
    const DATA_DIR = path.join(folder, 'npm');
    await copyDataDir(DATA_DIR);
    const { PATH, HOME } = process.env;
    const npm = spawn('npm', ['start'], { env: { PATH, HOME, DATA_DIR, API_HOST: '127.0.0.1', API_PORT: '0' } });
    let printed = '';
    npm.stdout.setEncoding('utf8').on('data', (text) => {
      printed += text;
    });
    await eventually(() => /Health +http\S+\n/.test(printed) || npm.exitCode !== null, 60_000);
    const exited = once(npm, 'close');
    npm.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(printed).toContain('"msg":"shutdown.started"');
    await expect(fetch(/http\S+\/health/.exec(printed)?.[0] ?? '')).rejects.toThrow();
  });

  it('lets a request in flight finish after Ctrl-C, which reaches the server from the terminal and from npm', async () => {
    const DATA_DIR = path.join(folder, 'npm-interrupted');
    await copyDataDir(DATA_DIR);
    const { PATH, HOME } = process.env;
    const env = { PATH, HOME, DATA_DIR, API_HOST: '127.0.0.1', API_PORT: '0' };
    // In a process group of its own: a terminal signals the whole group.
    const npm = spawn('npm', ['start'], { env, detached: true });
    let printed = '';
    npm.stdout.setEncoding('utf8').on('data', (text) => {
      printed += text;
    });
    while (!/Health +http\S+\n/.test(printed) && npm.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 50));
    const body = '{"email":"a@example.com","password":"correct horse battery","name":"A"}';
    const url = /http\S+(?=\/health)/.exec(printed)?.[0];
    const signup = request(`${url}/api/auth/signup`, { method: 'POST', headers: { ...json, 'content-length': body.length } });
    const response = once(signup, 'response');
    signup.write(body.slice(0, 20));
    await new Promise((resolve) => setTimeout(resolve, 200));
    const exited = once(npm, 'close');
    process.kill(-(npm.pid ?? 0), 'SIGINT');
    while (!printed.includes('shutdown.started')) await new Promise((resolve) => setTimeout(resolve, 50));
    signup.end(body.slice(20));
    const [{ statusCode }] = await response;
    expect([statusCode, await exited]).toEqual([201, [0, null]]);
  });
});

describe('on PostgreSQL', () => {
  it('two processes that start simultaneously on an empty database both start and share it', async () => {
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
    await eventually(async () => (await me()).status === 401, 1000);
    expect(await Promise.all([one.stop(), two.stop()])).toEqual([0, 0]);
    await drop();
  });

  it('times are stored in UTC in every time zone of the server and the process', async () => {
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

describe('the process on its first start', () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startServer({ DATA_DIR: path.join(folder, 'new'), RATE_LIMIT: 'off' });
  });
  afterAll(() => server.stop());

  it('prints the URLs of GraphiQL, the REST docs and the health check, and warns that rate limits are off', () => {
    for (const address of ['/graphql', '/docs', '/health'])
      expect(server.output()).toContain(`http://127.0.0.1:${server.port}${address}`);
    expect(server.output()).toMatch(/WARNING: RATE_LIMIT=off/);
  });

  it('completes the requests in flight on SIGTERM, closes the database, and exits with 0 within ten seconds', async () => {
    const body = '{"email":"a@example.com","password":"correct horse battery","name":"A"}';
    // The interim response 100 tells that the server has read the request's head: it is in flight when the signal comes.
    const headers = { ...json, 'content-length': String(body.length), expect: '100-continue' };
    const signup = request(`${server.url}/api/auth/signup`, { method: 'POST', headers });
    signup.flushHeaders();
    await once(signup, 'continue');
    signup.end(body);
    const began = Date.now();
    const [[answer], code] = await Promise.all([once(signup, 'response') as Promise<[IncomingMessage]>, server.stop()]);
    expect([answer.statusCode, code]).toEqual([201, 0]);
    expect(Date.now() - began).toBeLessThan(10_000);
    await expect(fetch(`${server.url}/health`)).rejects.toThrow();
  });
});
