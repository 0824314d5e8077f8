/**
 * Writes `Link` (RFC 8288) to the pages around one: `first`, `prev`, `next` and `last`, with the filters of the
 * request kept. References are relative, so that no `Host` header finds its way into them.
 */
export function pageLinks(
  path: string,
  filters: URLSearchParams,
  { page, limit, total }: { page: number; limit: number; total: number },
): string {
  const last = Math.max(1, Math.ceil(total / limit));
  const link = (rel: string, target: number) => {
    const query = new URLSearchParams(filters);
    query.set('page', String(target));
    query.set('limit', String(limit));
    return `<${path}?${query}>; rel="${rel}"`;
  };
  return [
    link('first', 1),
    ...(page > 1 ? [link('prev', Math.min(page - 1, last))] : []),
    ...(page < last ? [link('next', page + 1)] : []),
    link('last', last),
  ].join(', ');
}
