import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { AppError } from '../core/errors.js';
import type { Logger } from '../log/log.js';
import { createFailureLimiter, type FailureLimiter, type PointStore } from './failure-limiter.js';
import type { RateLimit } from './rate-limit.js';
import { connectRedis, type RedisConnection } from './redis.js';

/** Counts requests for each key. */
export interface RateLimiter {
  /** Takes points, one by default. @throws AppError `RATE_LIMITED` with `Retry-After` when the key has too few left. */
  consume(key: string, points?: number): Promise<void>;
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

const unlimited: RateLimiter = { consume: async () => {} };

/** The number of windows in which one burst is allowed. */
const windowsPerBurst = 10;

/** The error for a client that is over a limit. @param ms time until the next point, in milliseconds. */
function rateLimited(ms: number): AppError {
  const retryAfterSeconds = Math.max(1, Math.ceil(ms / 1000));
  return new AppError('RATE_LIMITED', { retryAfterSeconds, details: { retry_after_seconds: retryAfterSeconds } });
}

/** Prefix of the keys in Redis, which may serve other programs, too. */
const redisPrefix = 'tandem:rate-limit';

/** The part of the library's limiters that is used here. */
interface Counter {
  consume(key: string, points: number): Promise<RateLimiterRes>;
  penalty(key: string): Promise<RateLimiterRes>;
  reward(key: string): Promise<RateLimiterRes>;
  delete(key: string): Promise<boolean>;
}

type CreateCounter = (name: string, points: number, seconds: number) => Counter;

const memoryCounter: CreateCounter = (keyPrefix, points, duration) => new RateLimiterMemory({ keyPrefix, points, duration });

/** Counts in Redis, and in memory while Redis is away. Every key expires with its window. */
const redisCounter =
  ({ client, run }: RedisConnection): CreateCounter =>
  (name, points, seconds) => {
    const memory = memoryCounter(name, points, seconds);
    const redis = new RateLimiterRedis({
      storeClient: client,
      keyPrefix: `${redisPrefix}:${name}`,
      points,
      duration: seconds,
      // A key over its limit is refused without another round trip until its window ends.
      inMemoryBlockOnConsumed: points + 1,
    });
    return {
      consume: (key, taken) =>
        run(
          () => redis.consume(key, taken),
          () => memory.consume(key, taken),
        ),
      penalty: (key) =>
        run(
          () => redis.penalty(key),
          () => memory.penalty(key),
        ),
      reward: (key) =>
        run(
          () => redis.reward(key),
          () => memory.reward(key),
        ),
      delete: (key) =>
        run(
          () => redis.delete(key),
          () => memory.delete(key),
        ),
    };
  };

const consumeFrom = (...counters: readonly Counter[]): RateLimiter => ({
  consume: async (key, points = 1) => {
    let shortestMs = Number.POSITIVE_INFINITY;
    for (const counter of counters) {
      try {
        await counter.consume(key, points);
        return;
      } catch (rejection) {
        if (!(rejection instanceof RateLimiterRes)) throw rejection;
        shortestMs = Math.min(shortestMs, rejection.msBeforeNext);
      }
    }
    throw rateLimited(shortestMs);
  },
});

/** Creates the limiters of a deployment. @param redisUrl undefined for counters in memory. */
export const openRateLimiters = async (redisUrl: string | undefined, log: Logger): Promise<RateLimiters> =>
  createRateLimiters(redisUrl === undefined ? undefined : await connectRedis(redisUrl, log));

/** Creates limiters whose counters are in this process's memory, or in Redis, which all processes share. */
export function createRateLimiters(redis?: RedisConnection): RateLimiters {
  const counter = redis ? redisCounter(redis) : memoryCounter;
  return {
    fixedWindow: (name, limit) => (limit ? consumeFrom(counter(name, limit.points, limit.seconds)) : unlimited),
    burst: (name, limit) => {
      if (!limit) return unlimited;
      const { points, seconds } = limit;
      return consumeFrom(counter(name, points, seconds), counter(`${name}-burst`, points, seconds * windowsPerBurst));
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
