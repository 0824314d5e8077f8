import type { ExecutionArgs } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { AppError } from '../core/errors.js';
import type { Context } from '../graphql/context.js';
import type { RestCall, RestHandler } from '../rest/handler.js';
import { placeOf } from '../rest/routes.js';
import { exchangeOf, type ServerContext } from './exchange.js';
import { pathOf } from './use-access-log.js';
import { tokenOperations } from './use-graphql-operation.js';
import { withTimeLimit } from './use-time-limit.js';

/** How Yoga hands out Envelop's functions for one request. */
type GetEnveloped = (context: object) => {
  contextFactory(context: object): Promise<Context>;
  execute(args: ExecutionArgs): never;
};

/** Answer: everything but `/graphql` is REST. */
export function useRest(rest: RestHandler, timeLimitMs: number): Plugin<object, ServerContext> {
  let getEnveloped: GetEnveloped;
  return {
    onYogaInit: ({ yoga }) => {
      getEnveloped = yoga.getEnveloped as unknown as GetEnveloped;
    },
    onRequest: async ({ request, url, serverContext, endResponse, fetchAPI }) => {
      if (pathOf(request.url) === '/graphql') return;
      // Dot segments and backslashes resolved, as Sofa will read it: both must mean the same place.
      const path = url.pathname;
      if (request.method === 'OPTIONS' && placeOf(path)) {
        const allow = allowedMethods(path);
        endResponse(new fetchAPI.Response(null, { status: 204, headers: { allow } }));
        return;
      }
      const match = rest.find(request.method, path);
      const exchange = exchangeOf(request);
      exchange.operations = [match.coordinate];
      exchange.notices = rest.notices(match);
      exchange.secret = tokenOperations.has(match.coordinate);
      const context = { ...serverContext, request };
      const enveloped = getEnveloped(context);
      const { identity, body } = exchange;
      const call: RestCall = {
        request,
        url,
        identity,
        body,
        contextFactory: () => enveloped.contextFactory(context),
        execute: enveloped.execute,
      };
      endResponse(await withTimeLimit(rest.answer(match, call, fetchAPI), timeLimitMs));
    },
    onResponse: ({ request, response }) => {
      for (const [name, value] of Object.entries(exchangeOf(request).notices)) response.headers.set(name, value);
    },
  };
}

function allowedMethods(path: string): string {
  const place = placeOf(path);
  if (!place) throw new AppError('NOT_FOUND');
  return [...place.keys(), ...(place.has('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
}
