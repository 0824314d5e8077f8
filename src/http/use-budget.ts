import type { Plugin } from 'graphql-yoga';
import type { Config } from '../config.js';
import { createBurstLimiter, createLimiter } from '../core/budget.js';
import { exchangeOf, type ServerContext } from './exchange.js';
import { pathOf } from './use-access-log.js';

/** Whether a path is one of the two that watchers ask. */
export const isHealth = (path: string): boolean => path === '/health' || path === '/health/db';

/** Protect: a signed-in person's budget follows the person, everybody else's the address. Health is free. */
export function useBudget(budgets: Config['budgets']): Plugin<object, ServerContext> {
  const perUser = createBurstLimiter(budgets?.user);
  const perAddress = createLimiter(budgets?.anonymous);
  return {
    onRequest: async ({ request }) => {
      const { identity, caller } = exchangeOf(request);
      if (identity.kind === 'authenticated') await perUser.spend(identity.viewer.userId);
      else if (!isHealth(pathOf(request.url))) await perAddress.spend(caller.address);
    },
  };
}
