import { z } from 'zod';
import { AppError } from '../core/errors.js';

/** So many points per time window. */
export interface RateLimit {
  readonly points: number;
  readonly seconds: number;
}

const unitSeconds = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Parses `100/s`, `10/15m` and the like. @returns undefined when the text is not a rate limit. */
export function parseRateLimit(text: string): RateLimit | undefined {
  const match = /^(\d{1,9})\/(\d{0,5})([smhd])$/.exec(text.trim());
  if (!match) return undefined;
  const points = Number(match[1]);
  const seconds = Number(match[2] || 1) * unitSeconds[match[3] as keyof typeof unitSeconds];
  return points > 0 && seconds > 0 ? { points, seconds } : undefined;
}

/** Node's timers end at 24.8 days, and a burst is counted over ten windows: with a longer one nothing would be limited. */
const maxWindowSeconds = 2 * 86_400;

/** The value of a setting: a rate limit such as `100/s`. */
export const rateLimit = z.string().transform((value, context): RateLimit => {
  const limit = parseRateLimit(value);
  if (limit && limit.seconds <= maxWindowSeconds) return limit;
  const message = limit ? 'must have a window of at most 2 days (2d)' : 'must be a rate limit such as 100/s, 120/m or 10/15m';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

/** The error for a client that is over a limit. @param ms time until the next point, in milliseconds. */
export function rateLimited(ms: number): AppError {
  const retryAfterSeconds = Math.max(1, Math.ceil(ms / 1000));
  return new AppError('RATE_LIMITED', { retryAfterSeconds, details: { retry_after_seconds: retryAfterSeconds } });
}
