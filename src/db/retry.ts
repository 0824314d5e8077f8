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
  for (const maxDelayMs of maxDelaysMs) {
    try {
      return await work();
    } catch (error) {
      if (!isConflict(error)) throw error;
      await sleep(Math.random() * maxDelayMs);
    }
  }
  return work();
}
