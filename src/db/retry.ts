import { setTimeout as sleep } from 'node:timers/promises';
import { isConflict } from './faults.js';

/** The longest waits before the second and the third attempt, in milliseconds. */
const maxDelaysMs = [50, 200];

/**
 * Runs work again, at most twice, when it lost against a concurrent transaction: PostgreSQL has then undone all of it. The waits are
 * random, so that two that collided do not collide again.
 * @param work one statement, or one whole transaction.
 */
export async function retryConflicts<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    return retryAfter(error, work);
  }
}

/** Runs work again after its first error; see `retryConflicts`. */
export async function retryAfter<T>(error: unknown, work: () => Promise<T>): Promise<T> {
  let latest = error;
  for (const maxDelayMs of maxDelaysMs) {
    if (!isConflict(latest)) break;
    await sleep(Math.random() * maxDelayMs);
    try {
      return await work();
    } catch (thrown) {
      latest = thrown;
    }
  }
  throw latest;
}

/** Waits between attempts: each is twice as long as the one before, up to a maximum. */
export class Backoff {
  readonly #firstMs: number;
  readonly #maxMs: number;
  #ms: number;
  /** When the last wait ends, by `performance.now`. */
  endsAt = 0;

  /** @param firstMs,maxMs the first and the longest wait, in milliseconds. */
  constructor(firstMs: number, maxMs: number) {
    this.#firstMs = firstMs;
    this.#maxMs = maxMs;
    this.#ms = firstMs;
  }

  /** Starts a wait, after an attempt that failed. */
  start(): void {
    this.endsAt = performance.now() + this.#ms;
    this.#ms = Math.min(2 * this.#ms, this.#maxMs);
  }

  /** Makes the next wait the shortest again, after an attempt that succeeded. */
  reset(): void {
    this.#ms = this.#firstMs;
  }
}
