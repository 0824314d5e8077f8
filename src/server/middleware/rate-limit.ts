import type { Config } from '../../config.js';
import type { RateLimiters } from '../../rate-limits/rate-limiters.js';
import type { Middleware } from '../request-handler.js';

/** Whether a path is one of the two health checks. */
export const isHealthCheck = (path: string): boolean => path === '/health' || path === '/health/db';

/** Limits the rate of requests: of a signed-in user by the user, of all others by the client's address. Health checks are free. */
export function rateLimit(rateLimiters: RateLimiters, limits: Config['budgets']): Middleware {
  const perUser = rateLimiters.burst('user', limits?.user);
  const perAddress = rateLimiters.fixedWindow('anonymous', limits?.anonymous);
  return {
    before: async ({ request, identity, client }) => {
      if (identity.kind === 'authenticated') await perUser.consume(identity.viewer.userId);
      else if (!isHealthCheck(request.path)) await perAddress.consume(client.address);
      return undefined;
    },
  };
}
