import { RateLimiterMemory, RateLimiterRedis, type RateLimiterRes } from 'rate-limiter-flexible';
import type { RedisConnection } from './redis.js';

/** Prefix of the keys in Redis, which may serve other programs, too. */
const redisPrefix = 'tandem:rate-limit';

/** The part of the library's limiters that is used here. */
export interface Counter {
  consume(key: string, points: number): Promise<RateLimiterRes>;
  penalty(key: string): Promise<RateLimiterRes>;
  reward(key: string): Promise<RateLimiterRes>;
  delete(key: string): Promise<boolean>;
}

/** Creates a counter of `points` for each key in windows of `seconds`. @param name prefixes the keys. */
export type CreateCounter = (name: string, points: number, seconds: number) => Counter;

/** Counts in this process's memory. */
export const memoryCounter: CreateCounter = (keyPrefix, points, duration) =>
  new RateLimiterMemory({ keyPrefix, points, duration });

/** Counts in Redis, and in memory while Redis is away. Every key expires with its window. */
export const redisCounter =
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
