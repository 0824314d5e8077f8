import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, createReadStream, openSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import autocannon from 'autocannon';
import { createPostgresDatabase } from './support/databases.js';
import { serverEntry } from './support/server-process.js';

let database: Awaited<ReturnType<typeof createPostgresDatabase>>;
let folder: string;
beforeAll(async () => {
  database = await createPostgresDatabase();
  folder = await mkdtemp(path.join(tmpdir(), 'tandem-log-'));
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts the server with its standard output and error on a descriptor, and waits until it is healthy. */
async function startOn(descriptor: number, flags: string[] = []) {
  const port = await freePort();
  const server = spawn(process.execPath, [...flags, serverEntry], {
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      BETTER_AUTH_SECRET: 'k3Jx9vQ2mZ7pL4tR8wY1bN6cF5hD0sGa',
      DATABASE_URL: database.url,
      API_HOST: '127.0.0.1',
      API_PORT: String(port),
      RATE_LIMIT: 'off',
    },
    stdio: ['ignore', descriptor, descriptor],
  });
  closeSync(descriptor);
  const url = `http://127.0.0.1:${port}`;
  const isHealthy = () =>
    fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  for (let tries = 0; !(await isHealthy()); tries += 1) {
    if (tries < 600 && server.exitCode === null) await sleep(50);
    else {
      server.kill('SIGKILL');
      throw new Error(`The server did not start (${server.exitCode})`);
    }
  }
  const stop = async (signal: NodeJS.Signals) => {
    const since = performance.now();
    server.kill(signal);
    const timer = setTimeout(() => server.kill('SIGKILL'), 15_000);
    const [code] = await once(server, 'exit');
    clearTimeout(timer);
    return { code, ms: performance.now() - since };
  };
  return { url, isHealthy, stop };
}

/** A pipe as a shell makes it: Node's own are sockets. */
async function openPipe() {
  const file = path.join(folder, Math.random().toString(36).slice(2));
  await promisify(execFile)('mkfifo', [file]);
  const reader = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  return { file, reader, writer: openSync(file, constants.O_WRONLY) };
}

/** Sends requests whose lines in the log are 7 KiB each. */
const load = (url: string, amount: number) =>
  autocannon({ url: `${url}/${'x'.repeat(7000)}`, connections: 16, amount }).then(({ errors, non2xx }) => ({ errors, non2xx }));

describe.each<NodeJS.Signals>(['SIGTERM', 'SIGINT'])('the server serves until %s and ends in time', (signal) => {
  it('when its log is not read', async () => {
    const pipe = await openPipe();
    const server = await startOn(pipe.writer);
    expect(await load(server.url, 50)).toEqual({ errors: 0, non2xx: 50 });
    expect(await server.isHealthy()).toBe(true);
    const { code, ms } = await server.stop(signal);
    closeSync(pipe.reader);
    expect(code).toBe(0);
    expect(ms).toBeLessThan(9500);
  });

  it('when the reader of its log has closed', async () => {
    const pipe = await openPipe();
    const server = await startOn(pipe.writer);
    closeSync(pipe.reader);
    expect(await load(server.url, 50)).toEqual({ errors: 0, non2xx: 50 });
    expect(await server.isHealthy()).toBe(true);
    const { code, ms } = await server.stop(signal);
    expect(code).toBe(0);
    expect(ms).toBeLessThan(9500);
  });

  it('when the disk of its log is full', async () => {
    const server = await startOn(openSync('/dev/full', 'w'));
    expect(await load(server.url, 50)).toEqual({ errors: 0, non2xx: 50 });
    expect(await server.isHealthy()).toBe(true);
    const { code, ms } = await server.stop(signal);
    expect(code).toBe(0);
    expect(ms).toBeLessThan(9500);
  });
});

describe('an unread log', () => {
  it('uses bounded memory, and reports the number of missing lines when it is read again', async () => {
    const pipe = await openPipe();
    // The lines are 84 MB, and the server itself uses about 50 MB of the heap. A process whose heap is full ends.
    const server = await startOn(pipe.writer, ['--max-old-space-size=128']);
    expect(await load(server.url, 12_000)).toEqual({ errors: 0, non2xx: 12_000 });
    expect(await server.isHealthy()).toBe(true);
    let text = '';
    // A descriptor of its own, whose reads wait in a thread for what is to come.
    const stream = createReadStream(pipe.file, 'utf8').on('data', (chunk) => {
      text += chunk;
    });
    // Without any reader for a moment, the server's write would fail in the middle of a line.
    await once(stream, 'open');
    closeSync(pipe.reader);
    for (let tries = 0; !text.includes('"log.dropped"') && tries < 200; tries += 1) await sleep(50);
    // The rest of the buffer, too: at its end the process waits for a reader for one second.
    for (let length = -1; length !== text.length; await sleep(300)) length = text.length;
    const ended = once(stream, 'end');
    expect(await server.stop('SIGTERM')).toMatchObject({ code: 0 });
    await ended;
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const [gap, ...more] = lines.filter(({ msg }) => msg === 'log.dropped');
    expect(more).toEqual([]);
    expect(gap).toMatchObject({ level: 'warn', lines: expect.any(Number) });
    expect(lines.filter(({ status }) => status === 404).length + gap.lines).toBeGreaterThanOrEqual(12_000);
    expect(lines.at(-1)).toMatchObject({ msg: 'shutdown.started', signal: 'SIGTERM' });
  });
});

describe('a log in a file', () => {
  it('ends with the last line', async () => {
    const file = path.join(folder, 'log');
    const server = await startOn(openSync(file, 'a'));
    await load(server.url, 50);
    expect(await server.stop('SIGTERM')).toMatchObject({ code: 0 });
    const lines = (await readFile(file, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ msg: 'server.started', url: server.url, database: 'postgresql' });
    expect(lines.filter(({ status }) => status === 404)).toHaveLength(50);
    expect(lines.at(-1)).toMatchObject({ msg: 'shutdown.started' });
  });
});
