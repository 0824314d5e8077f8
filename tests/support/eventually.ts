import { setTimeout } from 'node:timers/promises';

const intervalMs = 10;

/**
 * Waits for a state that announces itself by no event, such as what another process has learned.
 * @param isReached is called every 10 ms until it returns true.
 * @param timeoutMs how long it may take.
 * @throws when it takes longer.
 */
export async function eventually(isReached: () => boolean | Promise<boolean>, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await isReached())) {
    if (performance.now() > deadline) throw new Error(`The state was not reached within ${timeoutMs} ms`);
    await setTimeout(intervalMs);
  }
}
