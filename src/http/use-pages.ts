import type { Plugin } from 'graphql-yoga';
import { exchangeOf, type ServerContext } from './exchange.js';
import type { Pages } from './pages.js';
import { pathOf } from './use-access-log.js';

/** Answer: the pages for people, and the OpenAPI document. */
export function usePages(pages: Pages): Plugin<object, ServerContext> {
  return {
    onRequest: async ({ request, endResponse, fetchAPI }) => {
      if (request.method !== 'GET') return;
      const page = await pages.find(pathOf(request.url), request.headers.get('accept') ?? '');
      if (!page) return;
      exchangeOf(request).operations = ['page'];
      endResponse(new fetchAPI.Response(page.body as BodyInit, { headers: page.headers }));
    },
  };
}
