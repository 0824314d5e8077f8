import type { Plugin } from 'graphql-yoga';
import { exchangeOf, type ServerContext } from './exchange.js';

// RFC 9111 §5.2.2: whose data it is, only that person's own cache may keep, and must ask before each use.
const dataCaching = 'private, no-cache';
const inertContent = "default-src 'none'; frame-ancestors 'none'";

/** Protect: what every answer carries. A page that needs more sets its own policy before. */
export function useHeaders(): Plugin<object, ServerContext> {
  return {
    onResponse: ({ request, response: { headers } }) => {
      headers.set('x-content-type-options', 'nosniff');
      headers.set('referrer-policy', 'no-referrer');
      if (!headers.has('content-security-policy')) headers.set('content-security-policy', inertContent);
      if (exchangeOf(request).secret) headers.set('cache-control', 'no-store');
      else if (!headers.has('cache-control')) headers.set('cache-control', dataCaching);
    },
  };
}
