import type { PageResult } from '../core/page.js';

/**
 * Formats `Link` (RFC 8288) to the pages around one: `first`, `prev`, `next` and, if the total is known, `last`, with the
 * parameters of the request. References are relative, so that no `Host` field finds its way into them.
 */
export function linkHeader(path: string, filters: URLSearchParams, { page, limit, total, hasNext }: PageResult): string {
  const last = total === undefined ? undefined : Math.max(1, Math.ceil(total / limit));
  const link = (rel: string, target: number) => {
    const query = new URLSearchParams(filters);
    query.set('page', String(target));
    query.set('limit', String(limit));
    return `<${path}?${query}>; rel="${rel}"`;
  };
  return [
    link('first', 1),
    ...(page > 1 ? [link('prev', Math.min(page - 1, last ?? page))] : []),
    ...(hasNext ? [link('next', page + 1)] : []),
    ...(last === undefined ? [] : [link('last', last)]),
  ].join(', ');
}
