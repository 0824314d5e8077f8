import { AppError } from '../core/errors.js';
import { acceptsGzip } from '../http/content-negotiation.js';
import { matchesIfNoneMatch } from '../http/entity-tags.js';
import type { Exchange } from '../http/exchange.js';
import type { HeaderReader } from '../http/headers.js';
import { HttpResponse } from '../http/response.js';
import type { Page, Pages } from './pages.js';

const allow = ['GET', 'HEAD', 'OPTIONS'];

/** Serves the pages for people, and the OpenAPI document. @returns undefined for what is not a page. */
export const createPagesHandler =
  (pages: Pages) =>
  (exchange: Exchange): Promise<HttpResponse> | undefined => {
    const { method, headers, path } = exchange.request;
    // The other methods of this path are GraphQL's own.
    if (path === '/graphql' && method !== 'GET') return undefined;
    const page = pages.find(path, headers.get('accept') ?? '');
    if (!page) return undefined;
    exchange.operations = ['page'];
    return respond(exchange, page);
  };

async function respond({ request: { method, headers } }: Exchange, page: Promise<Page>): Promise<HttpResponse> {
  if (method === 'OPTIONS') return new HttpResponse(null, { status: 204, headers: { allow: allow.join(', ') } });
  if (method !== 'GET') throw new AppError('METHOD_NOT_ALLOWED', { allow });
  return represent(await page, headers);
}

/** Chooses the representation: none when the client has the page already, compressed when it accepts that. */
function represent(page: Page, requestHeaders: HeaderReader): HttpResponse {
  const { headers } = page;
  // RFC 9111 §4.3.4: the fields of a 304 replace the stored ones, so it carries the policy, too.
  if (matchesIfNoneMatch(requestHeaders.get('if-none-match'), headers.etag))
    return new HttpResponse(null, { status: 304, headers });
  if (!acceptsGzip(requestHeaders.get('accept-encoding'))) return new HttpResponse(page.body, { headers });
  return new HttpResponse(page.gzipped, { headers: { ...headers, 'content-encoding': 'gzip' } });
}
