import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Honest, HonestOrder } from './honest-process.js';

/** A client that uses the server as it is meant. */
export interface HonestClient {
  /** Begins to send requests. */
  start(): void;
  /** Waits for the last response. @returns what the client saw since the start. */
  stop(): Promise<Honest>;
  close(): void;
}

/** Makes the client, as a process of its own: what the abuse costs its sender does not slow it down. */
export async function openHonestClient(order: HonestOrder): Promise<HonestClient> {
  const child = fork(new URL('./honest-process.ts', import.meta.url), [JSON.stringify(order)], {
    execArgv: ['--import', 'tsx'],
  });
  await once(child, 'message');
  return {
    start: () => void child.send('start'),
    stop: async () => {
      const result = once(child, 'message');
      child.send('stop');
      const [honest] = await result;
      return honest as Honest;
    },
    close: () => child.disconnect(),
  };
}
