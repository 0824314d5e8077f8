import { RateLimiterRes } from 'rate-limiter-flexible';
import type { RateLimitPolicy, RateLimitState } from '../http/rate-limit-fields.js';
import type { Logger } from '../log/log.js';
import { type Counter, type CreateCounter, memoryCounter, redisCounter } from './counters.js';
import { createFailureLimiter, type FailureLimiter, type PointStore } from './failure-limiter.js';
import { type RateLimit, rateLimited } from './rate-limit.js';
import { connectRedis, type RedisConnection } from './redis.js';

/** Counts requests for each key. */
export interface RateLimiter {
  /** Without a limit there are none. */
  readonly policies: readonly RateLimitPolicy[];
  /**
   * Takes points, one by default.
   * @returns what the key has left; undefined without a limit.
   * @throws AppError `RATE_LIMITED` with `Retry-After` when the key has too few left.
   */
  consume(key: string, points?: number): Promise<RateLimitState | undefined>;
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
  /** Closes the connection to the store of the counters. */
  close(): void;
}

const unlimited: RateLimiter = { policies: [], consume: async () => undefined };

/** The number of windows in which one burst is allowed. */
const windowsPerBurst = 10;

/** Takes points by the first policy that has enough of them left. */
const limiterOf = (create: CreateCounter, ...policies: readonly RateLimitPolicy[]): RateLimiter => {
  const counters = policies.map(({ name, points, seconds }) => ({ name, counter: create(name, points, seconds) }));
  return {
    policies,
    consume: async (key, points = 1) => {
      let shortestMs = Number.POSITIVE_INFINITY;
      for (const { name, counter } of counters) {
        try {
          const { remainingPoints, msBeforeNext } = await counter.consume(key, points);
          return { name, remaining: remainingPoints, seconds: Math.ceil(msBeforeNext / 1000) };
        } catch (rejection) {
          if (!(rejection instanceof RateLimiterRes)) throw rejection;
          shortestMs = Math.min(shortestMs, rejection.msBeforeNext);
        }
      }
      throw rateLimited(shortestMs);
    },
  };
};

/** Creates the limiters of a deployment. @param redisUrl undefined for counters in memory. */
export const openRateLimiters = async (redisUrl: string | undefined, log: Logger): Promise<RateLimiters> =>
  createRateLimiters(redisUrl === undefined ? undefined : await connectRedis(redisUrl, log));

/** Creates limiters whose counters are in this process's memory, or in Redis, which all processes share. */
export function createRateLimiters(redis?: RedisConnection): RateLimiters {
  const counter = redis ? redisCounter(redis) : memoryCounter;
  return {
    fixedWindow: (name, limit) => (limit ? limiterOf(counter, { name, ...limit }) : unlimited),
    burst: (name, limit) => {
      if (!limit) return unlimited;
      const { points, seconds } = limit;
      const burst = { name: `${name}-burst`, points, seconds: seconds * windowsPerBurst };
      return limiterOf(counter, { name, points, seconds }, burst);
    },
    failures: (name, limit) =>
      limit
        ? createFailureLimiter(pointStore(counter(name, limit.points, limit.seconds), limit.points))
        : { attempt: (_key, run) => run() },
    close: () => redis?.close(),
  };
}

/** Reserves a point before an attempt: parallel attempts of several processes never get more failures than the limit. */
const pointStore = (counter: Counter, points: number): PointStore => ({
  reserve: async (key) => {
    const { consumedPoints, msBeforeNext } = await counter.penalty(key);
    if (consumedPoints <= points) return undefined;
    await counter.reward(key);
    return rateLimited(msBeforeNext);
  },
  release: async (key) => {
    const { consumedPoints } = await counter.reward(key);
    // The window of the reservation ended meanwhile: the new one must not start below zero.
    if (consumedPoints < 0) await counter.delete(key);
  },
});
