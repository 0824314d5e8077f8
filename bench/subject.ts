import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { secret } from './data.js';

/** A server that is measured. */
export interface Subject {
  readonly name: string;
  readonly command: readonly string[];
  readonly env: (port: number, databaseUrl: string) => NodeJS.ProcessEnv;
}

/** The product, as `npm start` runs it, with its log and every check on; only rate limiting is off. */
export const product = (folder: string, name = 'tandem', flags: readonly string[] = []): Subject => ({
  name,
  command: [...flags, '--disable-warning=ExperimentalWarning', `${folder}/start.js`],
  env: (port, databaseUrl) => ({
    NODE_ENV: 'production',
    API_HOST: '127.0.0.1',
    API_PORT: String(port),
    DATABASE_URL: databaseUrl,
    BETTER_AUTH_SECRET: secret,
    RATE_LIMIT: 'off',
  }),
});

/** The limit: the same work by hand. */
export const baseline: Subject = {
  name: 'by hand',
  command: [fileURLToPath(new URL('baseline.js', import.meta.url))],
  env: (port, databaseUrl) => ({ NODE_ENV: 'production', PORT: String(port), DATABASE_URL: databaseUrl, SECRET: secret }),
};

/** A subject that answers. */
export interface Running {
  readonly url: string;
  readonly pid: number;
  readonly readyMs: number;
  stop(): Promise<void>;
}

/** How long a start may take, in milliseconds. */
const patienceMs = 60_000;

/** Starts a subject and waits until it answers. */
export async function start({ name, command, env }: Subject, databaseUrl: string): Promise<Running> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const since = performance.now();
  const child = spawn(process.execPath, command, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { PATH: process.env.PATH, ...env(port, databaseUrl) },
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  while (!(await answers(url))) {
    if (child.exitCode !== null || performance.now() - since > patienceMs) throw new Error(`${name} did not start`);
    await sleep(20);
  }
  const readyMs = performance.now() - since;
  return { url, pid: child.pid as number, readyMs, stop: () => stop(child).finally(() => process.off('exit', kill)) };
}

async function stop(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  // A profile is written on the way out.
  await Promise.race([gone, sleep(15_000, undefined, { ref: false })]);
  child.kill('SIGKILL');
}

const answers = (url: string): Promise<boolean> =>
  fetch(`${url}/health`).then(
    () => true,
    () => false,
  );

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
