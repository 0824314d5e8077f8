import type { Plugin } from 'graphql-yoga';
import { exchangeOf, type ServerContext } from './exchange.js';

// RFC 9111 §5.2.2: whose data it is, only that person's own cache may keep, and must ask before each use.
const dataCaching = 'private, no-cache';

/** What every answer carries that says nothing else: it is inert, and no shared cache's business. */
export const commonHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': dataCaching,
} as const;

/** Protect: what every answer carries. A page that needs more sets its own policy before. */
export function useHeaders(): Plugin<object, ServerContext> {
  const common = Object.entries(commonHeaders);
  return {
    onResponse: ({ request, response: { headers } }) => {
      for (const [name, value] of common) if (!headers.has(name)) headers.set(name, value);
      if (exchangeOf(request).secret) headers.set('cache-control', 'no-store');
    },
  };
}
