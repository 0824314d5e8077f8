import type { Config } from '../config.js';
import { createBurstLimiter, createLimiter } from '../core/budget.js';
import type { Middleware } from './request-handler.js';

/** Whether a path is one of the two health checks. */
export const isHealthCheck = (path: string): boolean => path === '/health' || path === '/health/db';

/** Limits the rate of requests: of a signed-in user by the user, of all others by the client's address. Health checks are free. */
export function rateLimit(rateLimits: Config['budgets']): Middleware {
  const perUser = createBurstLimiter(rateLimits?.user);
  const perAddress = createLimiter(rateLimits?.anonymous);
  return {
    before: async ({ request, identity, client }) => {
      if (identity.kind === 'authenticated') await perUser.spend(identity.viewer.userId);
      else if (!isHealthCheck(request.path)) await perAddress.spend(client.address);
      return undefined;
    },
  };
}
