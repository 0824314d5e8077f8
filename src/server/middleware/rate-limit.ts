import type { Config } from '../../config.js';
import type { RateLimiters } from '../../rate-limits/rate-limiters.js';
import type { Middleware } from '../request-handler.js';

/** Whether a path is one of the two health checks. */
export const isHealthCheck = (path: string): boolean => path === '/health' || path === '/health/db';

/**
 * Limits the rate of requests: of a signed-in user by the user, of all others by the client's address. Health checks are free. A
 * request takes a point, and GraphQL takes another for each root field after the first.
 */
export function rateLimit(rateLimiters: RateLimiters, limits: Config['budgets']): Middleware {
  const perUser = rateLimiters.burst('user', limits?.user);
  const perAddress = rateLimiters.fixedWindow('anonymous', limits?.anonymous);
  return {
    before: async (exchange) => {
      const { request, identity, client } = exchange;
      exchange.takePoints = (points) =>
        identity.kind === 'authenticated'
          ? perUser.consume(identity.viewer.userId, points)
          : perAddress.consume(client.address, points);
      if (identity.kind === 'authenticated' || !isHealthCheck(request.path)) await exchange.takePoints(1);
      return undefined;
    },
  };
}
