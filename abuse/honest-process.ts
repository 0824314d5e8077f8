// The process of an honest client: see honest-client.ts.
import { Agent, request } from 'node:http';
import { summarize } from '../bench/load.js';

/** What the client reads, in turns. */
export interface HonestOrder {
  readonly url: string;
  readonly token: string;
  readonly paths: readonly string[];
}

/** What the client saw: times in milliseconds. */
export interface Honest {
  readonly requests: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
  /** Each kind of failure, with its number. */
  readonly failures: Readonly<Record<string, number>>;
}

/** Between two requests, whether or not the one before is answered. */
const intervalMs = 20;
/** One request in this number has a connection of its own. */
const newConnectionEvery = 4;
const timeoutMs = 5_000;

const { url, token, paths } = JSON.parse(process.argv[2] ?? '') as HonestOrder;
const agent = new Agent({ keepAlive: true });

/** @returns how it failed; undefined for 200. */
function send(path: string, isAlone: boolean): Promise<string | undefined> {
  const options = {
    headers: { authorization: `Bearer ${token}` },
    agent: isAlone ? (false as const) : agent,
    timeout: timeoutMs,
  };
  return new Promise((resolve) => {
    const sent = request(url + path, options, (response) => {
      response.resume();
      response.once('error', (error) => resolve(error.message));
      response.once('end', () => resolve(response.statusCode === 200 ? undefined : `${path} ${response.statusCode}`));
    });
    sent.once('timeout', () => sent.destroy(new Error(`no answer in ${timeoutMs / 1000} s`)));
    sent.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    sent.end();
  });
}

/** Sends requests until it is stopped. @returns ends it, and says what was seen. */
function start(): () => Promise<Honest> {
  const pending = new Set<Promise<void>>();
  const times: number[] = [];
  const failures: Record<string, number> = {};
  let number = 0;
  const timer = setInterval(() => {
    const startedAt = performance.now();
    const path = paths[number % paths.length] ?? '/health';
    const one = send(path, ++number % newConnectionEvery === 0).then((failure) => {
      times.push(performance.now() - startedAt);
      if (failure) failures[failure] = (failures[failure] ?? 0) + 1;
      pending.delete(one);
    });
    pending.add(one);
  }, intervalMs);
  return async () => {
    clearInterval(timer);
    await Promise.all(pending);
    // The server then has no connection left of it.
    agent.destroy();
    const { requests, p50, p95 } = summarize(times, 1, 0);
    return { requests, p50, p95, max: Math.max(...times), failures };
  };
}

let stop: (() => Promise<Honest>) | undefined;
process.on('message', async (message) => {
  if (message === 'start') stop = start();
  else process.send?.(await stop?.());
});
process.send?.('ready');
