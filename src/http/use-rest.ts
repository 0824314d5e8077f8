import type { Plugin } from 'graphql-yoga';
import { AppError } from '../core/errors.js';
import type { RestCall, RestHandler } from '../rest/handler.js';
import { placeOf } from '../rest/routes.js';
import type { Context } from '../schema/context.js';
import { exchangeOf, type ServerContext } from './exchange.js';
import { pathOf } from './use-access-log.js';
import { tokenOperations } from './use-graphql-operation.js';
import { withTimeLimit } from './use-time-limit.js';

/**
 * Answer: everything but `/graphql` is REST.
 * @param contextOf makes the context that GraphQL has too.
 */
export function useRest(
  rest: RestHandler,
  contextOf: (request: Request) => Context,
  timeLimitMs: number,
): Plugin<object, ServerContext> {
  return {
    onRequest: ({ request, url, endResponse, fetchAPI }) => {
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
      const { identity, body } = exchange;
      const call: RestCall = { request, url, identity, body, context: contextOf(request) };
      return withTimeLimit(rest.answer(match, call, fetchAPI), timeLimitMs).then(endResponse);
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
