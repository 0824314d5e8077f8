import { setTimeout as sleep } from 'node:timers/promises';

/** Does something at least once, and again after a pause until the time is over. @param pauseMs between two times. */
export async function repeatFor(seconds: number, pauseMs: number, act: () => Promise<unknown>): Promise<void> {
  const end = performance.now() + seconds * 1000;
  do {
    await act();
    await sleep(pauseMs);
  } while (performance.now() < end);
}
