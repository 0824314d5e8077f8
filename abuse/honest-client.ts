import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Honest, HonestOrder } from './honest-process.js';

/** A client that uses the server as it is meant. */
export interface HonestClient {
  /** Ends it. @returns what it saw. */
  stop(): Promise<Honest>;
}

/** Starts the client, as a process of its own: what the abuse costs its sender does not slow it down. */
export async function startHonestClient(order: HonestOrder): Promise<HonestClient> {
  const child = fork(new URL('./honest-process.ts', import.meta.url), { execArgv: ['--import', 'tsx'] });
  await once(child, 'message');
  child.send(order);
  return {
    stop: async () => {
      const result = once(child, 'message');
      child.send('stop');
      const [honest] = await result;
      return honest as Honest;
    },
  };
}
