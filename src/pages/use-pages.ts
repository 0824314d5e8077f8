import type { Plugin } from 'graphql-yoga';
import { isKnown } from '../core/entity-tags.js';
import { AppError } from '../core/errors.js';
import { exchangeOf, type ServerContext } from '../http/exchange.js';
import { pathOf } from '../http/use-access-log.js';
import type { Page, Pages } from './pages.js';

const allow = ['GET', 'HEAD', 'OPTIONS'];

/** Answer: the pages for people, and the OpenAPI document. */
export function usePages(pages: Pages): Plugin<object, ServerContext> {
  return {
    onRequest: async ({ request, endResponse, fetchAPI }) => {
      const { method, headers } = request;
      const path = pathOf(request.url);
      // The other methods of this path are GraphQL's own.
      if (path === '/graphql' && method !== 'GET') return;
      const page = await pages.find(path, headers.get('accept') ?? '');
      if (!page) return;
      exchangeOf(request).operations = ['page'];
      if (method === 'OPTIONS') {
        endResponse(new fetchAPI.Response(null, { status: 204, headers: { allow: allow.join(', ') } }));
        return;
      }
      if (method !== 'GET') throw new AppError('METHOD_NOT_ALLOWED', { allow });
      const { body, ...init } = chooseForm(page, headers);
      endResponse(new fetchAPI.Response(body as BodyInit | null, init));
    },
  };
}

/** What of a page has to be sent to whom asks so: nothing, when that browser has it already. */
function chooseForm(page: Page, asked: Headers): { status: number; headers: Record<string, string>; body: Buffer | null } {
  // Copied, for the server writes into what it is given (@whatwg-node/fetch 0.10).
  const headers = { ...page.headers };
  // RFC 9111 §4.3.4: the fields of a 304 replace the stored ones, so it carries the policy, too.
  if (isKnown(asked.get('if-none-match'), page.headers.etag)) return { status: 304, headers, body: null };
  if (!takesGzip.test(asked.get('accept-encoding') ?? '')) return { status: 200, headers, body: page.body };
  return { status: 200, headers: { ...headers, 'content-encoding': 'gzip' }, body: page.gzipped };
}

const takesGzip = /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i;
