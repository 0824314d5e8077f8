import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPostgresDatabase } from './support/databases.js';
import { eventually } from './support/eventually.js';
import { copyDataDir, startServer } from './support/server-process.js';
import { openConnection, requestText } from './support/socket.js';

const json = { 'content-type': 'application/json' };
const account = '{"email":"a@example.com","password":"correct horse battery","name":"A"}';
const production = { NODE_ENV: 'production', BETTER_AUTH_SECRET: 'k3Jx9vQ2mZ7pL4tR8wY1bN6cF5hD0sGa' };

let database: Awaited<ReturnType<typeof createPostgresDatabase>>;
let folder: string;
beforeAll(async () => {
  database = await createPostgresDatabase();
  folder = await mkdtemp(path.join(tmpdir(), 'tandem-signals-'));
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

describe('the process', () => {
  it('finishes the requests in flight on SIGHUP, and exits with 0', async () => {
    const server = await startServer({ DATABASE_URL: database.url });
    const headers = { ...json, 'content-length': String(account.length), expect: '100-continue' };
    const signup = request(`${server.url}/api/auth/signup`, { method: 'POST', headers });
    signup.flushHeaders();
    await once(signup, 'continue');
    const response = once(signup, 'response');
    signup.end(account);
    expect(await server.stop('SIGHUP')).toBe(0);
    expect((await response)[0].statusCode).toBe(201);
    expect(server.output()).toContain('"signal":"SIGHUP","msg":"shutdown.started"');
  });

  it('exits with 0 within 3 s of SIGTERM when an upload stalls after its first byte', async () => {
    const server = await startServer({ DATABASE_URL: database.url });
    const connection = await openConnection(server.port);
    connection.send(requestText('POST /graphql', { ...json, 'content-length': '100', expect: '100-continue' }));
    expect((await connection.answer(true)).status).toBe(100);
    connection.send('{');
    const startedAt = performance.now();
    expect(await server.stop()).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    expect((await connection.answer()).status).toBe(503);
  });

  it('opens no inspector on SIGUSR1 in production, and logs that', async () => {
    const server = await startServer({ DATABASE_URL: database.url, ...production }, ['--inspect-port=0']);
    server.process.kill('SIGUSR1');
    await eventually(() => server.output().includes('"msg":"inspector.disabled"'), 5_000);
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    expect(await server.stop()).toBe(0);
    expect(server.output()).not.toContain('Debugger listening');
  });

  it('opens the inspector on SIGUSR1 in development, as Node does', async () => {
    const server = await startServer({ DATABASE_URL: database.url }, ['--inspect-port=0']);
    server.process.kill('SIGUSR1');
    await eventually(() => server.output().includes('Debugger listening'), 5_000);
    expect(await server.stop()).toBe(0);
  });
});

/** The processes that a process has started and that still run. */
async function childrenOf(pid = 0): Promise<number[]> {
  const list = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return list.split(' ').filter(Boolean).map(Number);
}

// `exec` replaces the shell; npm's own is `sh`, which is dash on Debian.
describe.each(['sh', 'bash'])('npm start through %s', (shell) => {
  async function startNpm() {
    const DATA_DIR = await mkdtemp(path.join(folder, 'npm-'));
    await copyDataDir(DATA_DIR);
    const { PATH, HOME } = process.env;
    const env = { PATH, HOME, DATA_DIR, API_HOST: '127.0.0.1', API_PORT: '0', npm_config_script_shell: shell };
    const npm = spawn('npm', ['start'], { env });
    let printed = '';
    npm.stdout.setEncoding('utf8').on('data', (text) => {
      printed += text;
    });
    await eventually(() => printed.includes('/health') || npm.exitCode !== null, 60_000);
    const [server, ...others] = await childrenOf(npm.pid);
    return { npm, server: server ?? 0, others, exited: once(npm, 'close'), output: () => printed };
  }

  it('is one process below npm, the server, which a supervisor ends in order by SIGTERM to npm', async () => {
    const { npm, server, others, exited, output } = await startNpm();
    expect(others).toEqual([]);
    expect(await readFile(`/proc/${server}/cmdline`, 'utf8')).toBe('node\0start.js\0');
    npm.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(output()).toContain('"signal":"SIGTERM","msg":"shutdown.started"');
    expect(() => process.kill(server, 0)).toThrow('ESRCH');
  });

  it.each(['SIGKILL', 'SIGTERM', 'SIGHUP'] as const)('starts no second server when the first gets %s', async (signal) => {
    const { server, exited, output } = await startNpm();
    process.kill(server, signal);
    const [code] = await exited;
    expect(code === 0).toBe(signal !== 'SIGKILL');
    expect(output().match(/\/health/g)).toHaveLength(1);
  });
});
