// The process of an honest client: see honest-client.ts.
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { summarize } from '../bench/load.js';

/** What the client is to read, in turns. */
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

const agent = new Agent({ keepAlive: true });
const times: number[] = [];
const failures: Record<string, number> = {};

/** @returns how it failed; undefined for 200. */
function send({ url, token }: HonestOrder, path: string, isAlone: boolean): Promise<string | undefined> {
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

process.once('message', (order: HonestOrder) => {
  const pending = new Set<Promise<void>>();
  let number = 0;
  const tick = () => {
    const startedAt = performance.now();
    const path = order.paths[number % order.paths.length] ?? '/health';
    const one = send(order, path, ++number % newConnectionEvery === 0).then((failure) => {
      times.push(performance.now() - startedAt);
      if (failure) failures[failure] = (failures[failure] ?? 0) + 1;
      pending.delete(one);
    });
    pending.add(one);
  };
  const timer = setInterval(tick, intervalMs);
  process.once('message', async () => {
    clearInterval(timer);
    await Promise.all(pending);
    agent.destroy();
    const { requests, p50, p95 } = summarize(times, 1, 0);
    const honest: Honest = { requests, p50, p95, max: Math.max(...times), failures };
    process.send?.(honest, () => process.disconnect());
  });
});

process.send?.('ready');
// Nobody waits for it: until the order comes it is the channel that keeps the process alive.
await sleep(0);
