import type { Plugin } from 'graphql-yoga';
import { isKnown } from '../core/entity-tags.js';
import { AppError } from '../core/errors.js';
import { exchangeOf, type ServerContext } from '../http/exchange.js';
import { pathOf } from '../http/use-access-log.js';
import type { Page, Pages } from './pages.js';

const allow = ['GET', 'HEAD', 'OPTIONS'];

/** Serves the pages and the OpenAPI document. */
export function usePages(pages: Pages): Plugin<object, ServerContext> {
  return {
    onRequest: async ({ request, endResponse, fetchAPI }) => {
      const { method, headers } = request;
      const path = pathOf(request.url);
      // Other methods of this path are GraphQL's.
      if (path === '/graphql' && method !== 'GET') return;
      const page = await pages.find(path, headers.get('accept') ?? '');
      if (!page) return;
      exchangeOf(request).operations = ['page'];
      if (method === 'OPTIONS') {
        endResponse(new fetchAPI.Response(null, { status: 204, headers: { allow: allow.join(', ') } }));
        return;
      }
      if (method !== 'GET') throw new AppError('METHOD_NOT_ALLOWED', { allow });
      const { body, ...init } = negotiate(page, headers);
      endResponse(new fetchAPI.Response(body as BodyInit | null, init));
    },
  };
}

/** Chooses the representation of a page for a request: none if the client's copy is current, else compressed or plain. */
function negotiate(
  page: Page,
  requestHeaders: Headers,
): { status: number; headers: Record<string, string>; body: Buffer | null } {
  // A copy, because the server adds to the object (@whatwg-node/fetch 0.10).
  const headers = { ...page.headers };
  // The header fields of a 304 replace the stored ones (RFC 9111 §4.3.4), so it carries the policy as well.
  if (isKnown(requestHeaders.get('if-none-match'), page.headers.etag)) return { status: 304, headers, body: null };
  if (!acceptsGzip.test(requestHeaders.get('accept-encoding') ?? '')) return { status: 200, headers, body: page.body };
  return { status: 200, headers: { ...headers, 'content-encoding': 'gzip' }, body: page.gzipped };
}

const acceptsGzip = /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i;
