import { BurstyRateLimiter, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { AppError } from '../core/errors.js';
import { createFailureLimiter, type FailureLimiter } from './failure-limiter.js';
import type { RateLimit } from './rate-limit.js';

/** Counts requests for each key. */
export interface RateLimiter {
  /** Takes one point. @throws AppError `RATE_LIMITED` with `Retry-After` when the key has none left. */
  consume(key: string): Promise<void>;
}

/**
 * Creates the limiters of the application. `app.ts` passes it to whatever limits something, so that another store for the
 * counters is one other implementation.
 *
 * Each function takes a `name` that keeps the counters of different limiters apart, and a limit; without a limit the
 * limiter lets everything pass.
 */
export interface RateLimiters {
  /** Counts in fixed windows. */
  fixedWindow(name: string, limit: RateLimit | undefined): RateLimiter;
  /** Counts in fixed windows, and allows a burst of twice the limit in one of ten windows. */
  burst(name: string, limit: RateLimit | undefined): RateLimiter;
  /** Counts only failed attempts. */
  failures(name: string, limit: RateLimit | undefined): FailureLimiter;
}

const unlimited: RateLimiter = { consume: async () => {} };

/** The number of windows in which one burst is allowed. */
const windowsPerBurst = 10;

/** The error for a client that is over a limit. @param ms time until the next point, in milliseconds. */
function rateLimited(ms: number): AppError {
  const retryAfterSeconds = Math.max(1, Math.ceil(ms / 1000));
  return new AppError('RATE_LIMITED', { retryAfterSeconds, details: { retry_after_seconds: retryAfterSeconds } });
}

const toError = (rejection: unknown): unknown =>
  rejection instanceof RateLimiterRes ? rateLimited(rejection.msBeforeNext) : rejection;

const memoryLimiter = (keyPrefix: string, points: number, seconds: number) =>
  new RateLimiterMemory({ keyPrefix, points, duration: seconds });

const consumeFrom = (limiter: RateLimiterMemory | BurstyRateLimiter): RateLimiter => ({
  consume: async (key) => {
    await limiter.consume(key).catch((rejection) => {
      throw toError(rejection);
    });
  },
});

/** Creates limiters whose counters are in this process's memory. */
export const createMemoryRateLimiters = (): RateLimiters => ({
  fixedWindow: (name, limit) => (limit ? consumeFrom(memoryLimiter(name, limit.points, limit.seconds)) : unlimited),
  burst: (name, limit) => {
    if (!limit) return unlimited;
    const { points, seconds } = limit;
    const base = memoryLimiter(name, points, seconds);
    return consumeFrom(new BurstyRateLimiter(base, memoryLimiter(`${name}-burst`, points, seconds * windowsPerBurst)));
  },
  failures: (name, limit) => {
    if (!limit) return { attempt: (_key, run) => run() };
    const limiter = memoryLimiter(name, limit.points, limit.seconds);
    return createFailureLimiter({
      reserve: async (key) => {
        const { consumedPoints, msBeforeNext } = await limiter.penalty(key);
        if (consumedPoints <= limit.points) return undefined;
        await limiter.reward(key);
        return rateLimited(msBeforeNext);
      },
      release: async (key) => {
        const { consumedPoints } = await limiter.reward(key);
        // The window of the reservation ended meanwhile: the new one must not start below zero.
        if (consumedPoints < 0) await limiter.delete(key);
      },
    });
  },
});
