import type { Plugin } from 'graphql-yoga';
import type { ServerContext } from './exchange.js';

const methods = 'GET, HEAD, POST, PUT, PATCH, DELETE';
const requestHeaders = 'authorization, content-type, idempotency-key, if-match, if-none-match, x-request-id';
const exposedHeaders = 'deprecation, etag, location, link, retry-after, sunset, x-request-id, www-authenticate';
const preflightSeconds = '7200';

/**
 * Protect: only the listed origins may read answers. Yoga's own plugin answers strangers with
 * `Access-Control-Allow-Origin: null`, which matches the origin of a sandboxed frame (graphql-yoga 5.24).
 */
export function useCors(origins: readonly string[]): Plugin<object, ServerContext> {
  const allowed = new Set(origins);
  return {
    onRequest: ({ request, endResponse, fetchAPI }) => {
      const isPreflight = request.method === 'OPTIONS' && request.headers.has('access-control-request-method');
      if (!isPreflight || !allowed.has(request.headers.get('origin') ?? '')) return;
      const headers = {
        'access-control-allow-methods': methods,
        'access-control-allow-headers': requestHeaders,
        'access-control-max-age': preflightSeconds,
      };
      endResponse(new fetchAPI.Response(null, { status: 204, headers }));
    },
    onResponse: ({ request, response: { headers } }) => {
      headers.append('vary', 'Origin');
      const origin = request.headers.get('origin');
      if (origin === null || !allowed.has(origin)) return;
      headers.set('access-control-allow-origin', origin);
      headers.set('access-control-allow-credentials', 'true');
      headers.set('access-control-expose-headers', exposedHeaders);
    },
  };
}
