import { setTimeout as sleep } from 'node:timers/promises';
import { StartError } from '../../core/start-error.js';
import type { Logger } from '../../log/log.js';

interface WaitOptions {
  /** How long to try again, in milliseconds; 0 to try once. */
  readonly waitMs: number;
  /** Whether an error may go away by itself. */
  readonly isTemporary: (error: unknown) => boolean;
  /** Words an error for the operator. */
  readonly refusal: (error: unknown) => unknown;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

const firstDelayMs = 250;
const maxDelayMs = 2_000;
const reportEveryMs = 10_000;

/**
 * Starts something that may not be there yet.
 * @returns after the first attempt, with a promise of the one that succeeds; it rejects when the time is over.
 * @throws StartError, or what `refusal` makes of an error that will not go away.
 */
export async function startOrWait(start: () => Promise<void>, options: WaitOptions): Promise<{ readonly ready: Promise<void> }> {
  const { waitMs, isTemporary, refusal } = options;
  try {
    await start();
    return { ready: Promise.resolve() };
  } catch (error) {
    if (waitMs === 0 || !isTemporary(error)) throw refusal(error);
    const ready = keepTrying(start, error, options);
    // Whoever awaits it hears of the error.
    ready.catch(() => {});
    return { ready };
  }
}

async function keepTrying(start: () => Promise<void>, error: unknown, options: WaitOptions): Promise<void> {
  const { waitMs, isTemporary, refusal, log } = options;
  const began = performance.now();
  let reportAt = began;
  let latest = error;
  for (let delayMs = firstDelayMs; performance.now() - began < waitMs; delayMs = Math.min(2 * delayMs, maxDelayMs)) {
    if (performance.now() >= reportAt) {
      reportAt += reportEveryMs;
      const waitedSeconds = Math.round((performance.now() - began) / 1000);
      log.warn({ reason: reasonOf(refusal(latest)), waitedSeconds, maxSeconds: waitMs / 1000 }, 'database.waiting');
    }
    await sleep(delayMs);
    try {
      return await start();
    } catch (thrown) {
      latest = thrown;
      if (!isTemporary(thrown)) throw refusal(thrown);
    }
  }
  const cause = refusal(latest);
  throw new StartError(`${reasonOf(cause)} Waited ${waitMs / 1000} s (DATABASE_WAIT).`, { cause });
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
