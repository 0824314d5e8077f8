import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { copyDataDir, serverEntry, startServer } from '../support/server-process.js';

const run = promisify(execFile);
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tandem-volume-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
});

/** Starts a server that need not serve. */
function spawnServer(DATA_DIR: string, prefix: string[] = []): { process: ChildProcess; output: () => string } {
  const [command = process.execPath, ...args] = [...prefix, process.execPath, serverEntry];
  const env = { PATH: process.env.PATH, DATA_DIR, API_HOST: '127.0.0.1', API_PORT: '0' };
  const server = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  cleanups.push(() => server.kill('SIGKILL'));
  let printed = '';
  for (const stream of [server.stdout, server.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      printed += text;
    });
  return { process: server, output: () => printed };
}

/** @returns the exit code of a start and what it printed. */
async function refusedStart(DATA_DIR: string): Promise<[number | null, string]> {
  const { process: server, output } = spawnServer(DATA_DIR);
  const [code] = await once(server, 'close');
  return [code, output()];
}

describe('one volume in two network namespaces, as of two containers', () => {
  const inNamespace = ['unshare', '--net'];
  const refusal = /^Tandem cannot start: DATA_DIR: \S+ is in use by another process \(process \d+ on host \S+\); stop it, /m;

  it('is served by one process: the second is refused, also while the first is suspended, and takes over once it is killed', async () => {
    await copyDataDir(folder);
    const first = spawnServer(folder, inNamespace);
    await eventually(() => first.output().includes('/health'), 30_000);
    expect(await refusedStart(folder)).toEqual([1, expect.stringMatching(refusal)]);
    first.process.kill('SIGSTOP');
    expect(await refusedStart(folder)).toEqual([1, expect.stringMatching(refusal)]);
    first.process.kill('SIGCONT');
    expect(await refusedStart(folder)).toEqual([1, expect.stringMatching(refusal)]);
    first.process.kill('SIGKILL');
    const second = await startServer({ DATA_DIR: folder });
    expect(await second.stop()).toBe(0);
  });

  it('is refused to one of two processes that start at the same time', async () => {
    const servers = [spawnServer(folder, inNamespace), spawnServer(folder, inNamespace)];
    const [code] = await Promise.race(servers.map(({ process: server }) => once(server, 'close')));
    expect(code).toBe(1);
    await eventually(() => servers.some(({ output }) => output().includes('/health')), 30_000);
    expect(servers.filter(({ output }) => refusal.test(output()))).toHaveLength(1);
  });
});

describe('a small disk', () => {
  const json = { 'content-type': 'application/json' };
  beforeEach(async () => {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=90m', 'tmpfs', folder]);
    cleanups.push(() => run('umount', ['--lazy', folder]));
  });

  const filler = () => path.join(folder, 'filler');
  function* zeros() {
    for (;;) yield Buffer.alloc(65_536);
  }
  const fill = () => expect(pipeline(Readable.from(zeros()), createWriteStream(filler()))).rejects.toThrow('ENOSPC');
  const dataDir = () => path.join(folder, 'data');

  async function openServer() {
    const server = await startServer({ DATA_DIR: dataDir() });
    cleanups.push(() => server.stop('SIGKILL'));
    const account = '{"email":"a@example.com","password":"correct horse battery","name":"A"}';
    const signup = await fetch(`${server.url}/api/auth/signup`, { method: 'POST', headers: json, body: account });
    const { access_token } = (await signup.json()) as { access_token: string };
    const headers = { ...json, authorization: `Bearer ${access_token}` };
    const graphql = async (query: string) =>
      (await (await fetch(`${server.url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) })).json()) as {
        data?: { tasks?: { total: number } };
        errors?: [{ extensions: { code: string } }];
      };
    const write = async () => {
      const description = Buffer.from(crypto.getRandomValues(new Uint8Array(700))).toString('base64');
      const body = JSON.stringify({ title: 'x', description });
      const response = await fetch(`${server.url}/api/tasks`, { method: 'POST', headers, body });
      await response.arrayBuffer();
      return { status: response.status, retryAfter: response.headers.get('retry-after') };
    };
    const total = async () => (await graphql('{ tasks { total } }')).data?.tasks?.total;
    const statuses = async () =>
      Promise.all(
        ['/health', '/health/db', '/api/tasks', '/api/auth/me'].map(
          async (target) => (await fetch(server.url + target, { headers })).status,
        ),
      );
    return { server, graphql, write, total, statuses };
  }

  it('that others fill refuses writes with 503, serves reads, loses nothing, and recovers when there is room', async () => {
    const { server, graphql, write, total, statuses } = await openServer();
    let acknowledged = 0;
    let isFilling = true;
    const seen = new Set<number>();
    const writers = Array.from({ length: 8 }, async () => {
      while (isFilling) {
        const { status } = await write();
        seen.add(status);
        if (status === 201) acknowledged++;
      }
    });
    for (let round = 0; round < 3; round++) {
      await fill();
      expect(await write()).toEqual({ status: 503, retryAfter: '2' });
      expect(await statuses()).toEqual([200, 200, 200, 200]);
      expect((await graphql('mutation { createTask(input: {title: "x"}) { id } }')).errors?.[0].extensions.code).toBe(
        'SERVICE_UNAVAILABLE',
      );
      await rm(filler());
      await eventually(async () => (await write()).status === 201 && ++acknowledged > 0, 2_000);
    }
    isFilling = false;
    await Promise.all(writers);
    expect([...seen].sort()).toEqual([201, 503]);
    expect(await total()).toBe(acknowledged);
    await fill();
    expect(await server.stop()).toBe(0);
    expect(server.output()).toContain('"msg":"database.disk-full"');
    expect(server.output()).toContain('"msg":"database.disk-recovered"');
    expect(await refusedStart(dataDir())).toEqual([
      1,
      expect.stringMatching(
        /^Tandem cannot start: DATA_DIR: the embedded database in \S+ cannot be opened: no space left on the disk: 0 MiB are free, 24 MiB are needed\.\n$/,
      ),
    ]);
    await rm(filler());
    const again = await startServer({ DATA_DIR: dataDir() });
    cleanups.push(() => again.stop('SIGKILL'));
    expect((await fetch(`${again.url}/health/db`)).status).toBe(200);
  });

  it('that the database itself fills refuses writes before PostgreSQL panics', async () => {
    const { server, write, total, statuses } = await openServer();
    let acknowledged = 0;
    const writers = Array.from({ length: 20 }, async () => {
      while ((await write()).status === 201) acknowledged++;
    });
    await Promise.all(writers);
    expect(await statuses()).toEqual([200, 200, 200, 200]);
    expect(await total()).toBe(acknowledged);
    await run('mount', ['-o', 'remount,size=140m', folder]);
    await eventually(async () => (await write()).status === 201, 2_000);
    expect(server.output()).not.toContain('database.crashed');
    expect(await server.stop()).toBe(0);
  }, 180_000);

  it('without room for a new database refuses the start in one line', async () => {
    await fill();
    await rm(dataDir(), { recursive: true, force: true });
    const [code, output] = await refusedStart(dataDir());
    expect([code, output]).toEqual([
      1,
      expect.stringMatching(/^Tandem cannot start: DATA_DIR: [^\n]*no space left on [^\n]*\n$/),
    ]);
  });

  it('that is mounted read-only refuses the start in one line', async () => {
    const { server } = await openServer();
    await server.stop();
    await run('mount', ['-o', 'remount,ro', folder]);
    expect(await refusedStart(dataDir())).toEqual([
      1,
      expect.stringMatching(
        /^Tandem cannot start: DATA_DIR: the embedded database in \S+ cannot be opened: \S+: read-only file system \(EROFS\) for user \d+\.\n$/,
      ),
    ]);
  });
});
