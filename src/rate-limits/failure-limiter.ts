import type { AppError } from '../core/errors.js';
import { rateLimited } from './rate-limit.js';

/** Limits attempts of which only the failures count, such as sign-ins. */
export interface FailureLimiter {
  /**
   * Runs an attempt within the limit of a key. While attempts in flight hold the last points, it waits for them, first come,
   * first served: parallel attempts never get more failures than the limit.
   * @param run resolves to whether the attempt succeeded. A failure takes a point; a success or an exception does not.
   * @returns whether the attempt succeeded.
   * @throws AppError `RATE_LIMITED` with `Retry-After` when no attempt in flight can give its point back, or the wait is too
   * long; whatever `run` throws.
   */
  attempt(key: string, run: () => Promise<boolean>): Promise<boolean>;
}

/** The points of each key, wherever they are stored. */
export interface PointStore {
  /** Takes a point. @returns undefined, or the error for the client when there is none left. */
  reserve(key: string): Promise<AppError | undefined>;
  /** Gives a point back. */
  release(key: string): Promise<void>;
}

/** Attempts that may wait for one key. */
const maxWaiting = 100;
/** The longest wait in milliseconds: half of the default request timeout. */
const maxWaitMs = 5_000;
/** After this time, in milliseconds, a client whose attempt waited in vain may try again. */
const retryAfterMs = 2_000;

interface WaitingAttempt {
  /** Hands a point over, or rejects with an error. */
  settle(error?: AppError): void;
}

/** The attempts of one key. */
interface Attempts {
  /** Attempts that hold a point, or are about to ask for one. */
  inFlight: number;
  readonly waiting: Set<WaitingAttempt>;
  /** Why the last reservation failed. */
  rejection: AppError | undefined;
}

const waitedTooLong = () => rateLimited(retryAfterMs);

/** Creates a limiter over a store of points. */
export function createFailureLimiter(store: PointStore): FailureLimiter {
  const attemptsByKey = new Map<string, Attempts>();

  /** Removes an attempt. After the last one, rejects those that wait: no point can be released to them. */
  function leave(key: string, attempts: Attempts): void {
    attempts.inFlight--;
    if (attempts.inFlight > 0) return;
    attemptsByKey.delete(key);
    for (const waiting of attempts.waiting) waiting.settle(attempts.rejection ?? waitedTooLong());
  }

  /** Gives the point of an attempt to the first that waits, or back to the store. */
  async function handOver(key: string, attempts: Attempts): Promise<void> {
    const [next] = attempts.waiting;
    if (next) return next.settle();
    try {
      await store.release(key);
    } finally {
      leave(key, attempts);
    }
  }

  async function reserve(key: string, attempts: Attempts): Promise<void> {
    // A new attempt queues behind those that wait.
    if (attempts.waiting.size > 0) return wait(attempts);
    attempts.inFlight++;
    let rejection: AppError | undefined;
    try {
      rejection = await store.reserve(key);
    } catch (error) {
      leave(key, attempts);
      throw error;
    }
    if (!rejection) return;
    attempts.rejection = rejection;
    if (attempts.inFlight === 1) {
      leave(key, attempts);
      throw rejection;
    }
    attempts.inFlight--;
    return wait(attempts);
  }

  return {
    attempt: async (key, run) => {
      const attempts = attemptsOf(attemptsByKey, key);
      await reserve(key, attempts);
      let succeeded: boolean;
      try {
        succeeded = await run();
      } catch (error) {
        await handOver(key, attempts);
        throw error;
      }
      if (succeeded) await handOver(key, attempts);
      else leave(key, attempts);
      return succeeded;
    },
  };
}

function attemptsOf(attemptsByKey: Map<string, Attempts>, key: string): Attempts {
  const attempts = attemptsByKey.get(key) ?? { inFlight: 0, waiting: new Set(), rejection: undefined };
  attemptsByKey.set(key, attempts);
  return attempts;
}

function wait({ waiting }: Attempts): Promise<void> {
  if (waiting.size >= maxWaiting) throw waitedTooLong();
  return new Promise((resolve, reject) => {
    const attempt: WaitingAttempt = {
      settle: (error) => {
        clearTimeout(timer);
        waiting.delete(attempt);
        if (error) reject(error);
        else resolve();
      },
    };
    const timer = setTimeout(() => attempt.settle(waitedTooLong()), maxWaitMs);
    timer.unref();
    waiting.add(attempt);
  });
}
