import { BurstyRateLimiter, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { AppError } from './errors.js';

/** So many points in so many seconds. */
export interface Budget {
  readonly points: number;
  readonly seconds: number;
}

const unitSeconds = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Reads `100/s`, `10/15m` …; undefined when it is no budget. */
export function parseBudget(text: string): Budget | undefined {
  const match = /^(\d{1,9})\/(\d{0,5})([smhd])$/.exec(text.trim());
  if (!match) return undefined;
  const points = Number(match[1]);
  const seconds = Number(match[2] || 1) * unitSeconds[match[3] as keyof typeof unitSeconds];
  return points > 0 && seconds > 0 ? { points, seconds } : undefined;
}

/** Counts what each key spends, and says when it is too much. */
export interface Limiter {
  /** @throws AppError `RATE_LIMITED` with `Retry-After` when the key is over its budget. */
  spend(key: string): Promise<void>;
  /** Gives a point back: what was spent turned out not to count. */
  refund(key: string): Promise<void>;
}

const unlimited: Limiter = { spend: async () => {}, refund: async () => {} };

function tooMany(rejection: unknown): unknown {
  if (!(rejection instanceof RateLimiterRes)) return rejection;
  const retryAfterSeconds = Math.max(1, Math.ceil(rejection.msBeforeNext / 1000));
  return new AppError('RATE_LIMITED', { retryAfterSeconds, details: { retry_after_seconds: retryAfterSeconds } });
}

/**
 * A limiter in this process's memory.
 * @param budget undefined lifts it.
 */
export function createLimiter(budget: Budget | undefined): Limiter {
  if (!budget) return unlimited;
  const limiter = new RateLimiterMemory({ points: budget.points, duration: budget.seconds });
  return {
    spend: async (key) => {
      await limiter.consume(key).catch((rejection) => {
        throw tooMany(rejection);
      });
    },
    refund: async (key) => {
      await limiter.reward(key);
    },
  };
}

/** How many windows a burst has to last for: long enough that a burst is an exception, not a second budget. */
const burstWindows = 10;

/** A limiter that lets a key burst to twice its budget within one window, once in ten windows. */
export function createBurstLimiter(budget: Budget | undefined): Pick<Limiter, 'spend'> {
  if (!budget) return unlimited;
  const { points, seconds } = budget;
  const limiter = new BurstyRateLimiter(
    new RateLimiterMemory({ keyPrefix: 'base', points, duration: seconds }),
    new RateLimiterMemory({ keyPrefix: 'burst', points, duration: seconds * burstWindows }),
  );
  return {
    spend: async (key) => {
      await limiter.consume(key).catch((rejection) => {
        throw tooMany(rejection);
      });
    },
  };
}
