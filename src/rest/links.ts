import type { TaskPage } from '../tasks/pages.js';

/**
 * Writes `Link` (RFC 8288) to the pages around one: `first`, `prev`, `next` and, if it is known, `last`, with the
 * parameters of the request kept. References are relative, so that no `Host` header finds its way into them.
 */
export function pageLinks(path: string, filters: URLSearchParams, { page, limit, total, hasNext }: TaskPage): string {
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
