import type { Config } from '../../config.js';
import { AppError } from '../../core/errors.js';
import type { Identity } from '../../core/identity.js';
import type { Exchange } from '../../http/exchange.js';
import { formatPolicies, formatState } from '../../http/rate-limit-fields.js';
import type { RateLimiter, RateLimiters } from '../../rate-limits/rate-limiters.js';
import { isHealthCheck } from '../health-paths.js';
import type { Middleware } from '../request-handler.js';

/**
 * The user whose requests are counted together, also while their session cannot be looked up: colleagues behind one address would
 * exhaust its limit, and get 429 instead of 503.
 */
function countedUser(identity: Identity): string | undefined {
  if (identity.kind === 'authenticated') return identity.viewer.userId;
  return identity.kind === 'unavailable' ? identity.userId : undefined;
}

/**
 * Limits the rate of requests: of a signed-in user by the user, of all others by the client's address. Health checks are free. A
 * request takes a point, and GraphQL takes another for each root field after the first. Each response that was counted says in
 * `RateLimit` and `RateLimit-Policy` what the client has left.
 */
export function rateLimit(rateLimiters: RateLimiters, limits: Config['rateLimits']): Middleware {
  const perUser = rateLimiters.burst('user', limits?.user);
  const perAddress = rateLimiters.fixedWindow('anonymous', limits?.anonymous);
  const [userPolicies, addressPolicies] = [formatPolicies(perUser.policies), formatPolicies(perAddress.policies)];
  return {
    before: async (exchange) => {
      const { request, identity, client } = exchange;
      const userId = countedUser(identity);
      exchange.takePoints = (points) =>
        userId === undefined
          ? takePoints(exchange, perAddress, client.address, points)
          : takePoints(exchange, perUser, userId, points);
      if (userId !== undefined || !isHealthCheck(request.path)) await exchange.takePoints(1);
      return undefined;
    },
    after: ({ rateLimit }, { headers }) => {
      if (!rateLimit) return;
      headers.set('ratelimit', formatState(rateLimit));
      // The identity may have changed since the request was counted: its credential ended.
      headers.set('ratelimit-policy', rateLimit.name === perAddress.policies[0]?.name ? addressPolicies : userPolicies);
    },
  };
}

async function takePoints(exchange: Exchange, limiter: RateLimiter, key: string, points: number): Promise<void> {
  try {
    exchange.rateLimit = await limiter.consume(key, points);
  } catch (error) {
    const [policy] = limiter.policies;
    if (policy && error instanceof AppError && error.retryAfterSeconds !== undefined)
      exchange.rateLimit = { name: policy.name, remaining: 0, seconds: error.retryAfterSeconds };
    throw error;
  }
}
