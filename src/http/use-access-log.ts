import type { Plugin } from 'graphql-yoga';
import type { Logger } from '../core/log.js';
import { exchangeOf, type ServerContext } from './exchange.js';

/** Observe: one line a request. The address is the path alone; a query can hold what nobody should read. */
export function useAccessLog(log: Logger): Plugin<object, ServerContext> {
  return {
    onResponse: ({ request, response }) => {
      const { requestId, startedAt, identity, operations, head } = exchangeOf(request);
      log.info({
        requestId,
        method: head ? 'HEAD' : request.method,
        path: pathOf(request.url),
        operation: operations.join(' ') || undefined,
        status: response.status,
        ms: Math.round((performance.now() - startedAt) * 10) / 10,
        userId: identity.kind === 'authenticated' ? identity.viewer.userId : undefined,
      });
    },
  };
}

/** The path of an absolute URL, without parsing it. */
export function pathOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('//') + 2);
  if (start < 0) return '/';
  const end = url.slice(start).search(/[?#]/);
  return end < 0 ? url.slice(start) : url.slice(start, start + end);
}
