import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startDatabaseProxy } from './support/database-proxy.js';
import { createPostgresDatabase } from './support/databases.js';
import { eventually } from './support/eventually.js';
import { serverEntry } from './support/server-process.js';
import { freePort } from './support/shell.js';

const cleanups: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A server whose database is not there. */
async function startWaiting(settings: Record<string, string>) {
  const port = await freePort();
  const server = spawn(process.execPath, [serverEntry], {
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      BETTER_AUTH_SECRET: 'k3Jx9vQ2mZ7pL4tR8wY1bN6cF5hD0sGa',
      API_HOST: '127.0.0.1',
      API_PORT: String(port),
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  cleanups.push(() => server.kill('SIGKILL'));
  let printed = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (chunk) => (printed += chunk));
  const exited = once(server, 'exit').then(([code]) => code as number);
  const url = `http://127.0.0.1:${port}`;
  const status = (path: string, init?: RequestInit) =>
    fetch(url + path, init).then(
      ({ status }) => status,
      () => 0,
    );
  return { server, url, status, exited, printed: () => printed };
}

/** A database, and a URL at which nothing listens yet. */
async function absentDatabase() {
  const database = await createPostgresDatabase();
  cleanups.push(database.drop);
  const port = await freePort();
  const url = Object.assign(new URL(database.url), { port: String(port) }).href;
  const appear = async () => {
    const proxy = await startDatabaseProxy(database.url, port);
    cleanups.push(proxy.close);
  };
  return { url, realUrl: database.url, appear };
}

describe('a start whose PostgreSQL is out of reach', () => {
  it('ends with exit code 0 on SIGTERM while the database lets in and does not respond', async () => {
    const { realUrl } = await absentDatabase();
    const proxy = await startDatabaseProxy(realUrl);
    cleanups.push(proxy.close);
    proxy.set('silent');
    const { server, exited, printed } = await startWaiting({ DATABASE_URL: proxy.url });
    await eventually(() => proxy.connections() > 0, 20_000);
    server.kill('SIGTERM');
    expect(await exited).toBe(0);
    expect(printed()).toContain('shutdown.started');
  });

  it('waits for it, is alive and not ready meanwhile, says so, and then serves without a restart', async () => {
    const { url, appear } = await absentDatabase();
    const { server, status, exited, printed } = await startWaiting({ DATABASE_URL: url });
    await eventually(async () => (await status('/health')) === 200, 20_000);
    const query = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"query":"{ health { status } }"}' };
    expect(await Promise.all([status('/health/db'), status('/api/tasks'), status('/docs'), status('/graphql', query)])).toEqual([
      503, 503, 503, 503,
    ]);
    expect(printed()).toContain('"msg":"database.waiting"');
    expect(printed()).not.toContain('server.started');
    await appear();
    await eventually(async () => (await status('/graphql', query)) === 200, 20_000);
    expect(await status('/health/db')).toBe(200);
    // The log is written some lines at a time.
    await eventually(() => printed().includes('"msg":"server.started"'), 5_000);
    server.kill('SIGTERM');
    expect(await exited).toBe(0);
  });

  it('ends on SIGTERM while it waits', async () => {
    const { url } = await absentDatabase();
    const { server, status, exited } = await startWaiting({ DATABASE_URL: url });
    await eventually(async () => (await status('/health')) === 200, 20_000);
    server.kill('SIGTERM');
    expect(await exited).toBe(0);
  });

  it('ends with one line after DATABASE_WAIT', async () => {
    const { url } = await absentDatabase();
    const { exited, printed } = await startWaiting({ DATABASE_URL: url, DATABASE_WAIT: '1s' });
    expect(await exited).toBe(1);
    const lines = printed()
      .split('\n')
      .filter((line) => line.startsWith('Tandem cannot start'));
    expect(lines).toEqual([expect.stringMatching(/^Tandem cannot start: .*Waited 1 s \(DATABASE_WAIT\)\.$/)]);
  });

  it('ends at once, without waiting, for what an operator must mend: a database that does not exist', async () => {
    const { realUrl } = await absentDatabase();
    const url = Object.assign(new URL(realUrl), { pathname: '/nope' }).href;
    const began = performance.now();
    const { exited } = await startWaiting({ DATABASE_URL: url });
    expect(await exited).toBe(1);
    expect(performance.now() - began).toBeLessThan(20_000);
  });
});
