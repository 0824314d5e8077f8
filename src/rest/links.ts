import type { PageResult } from '../core/page.js';

/** The longest `Link`, in bytes: HTTP clients refuse header sections over 16 KiB (Node) or 8 KiB (nginx), and a search may be long. */
const maxBytes = 8_192;

/**
 * Formats `Link` (RFC 8288) to the pages around one: `first`, `prev`, `next` and, if the total is known, `last`, with the
 * parameters of the request. References are relative, so that no `Host` field finds its way into them.
 * @returns without `first` and `last` when all four are too long; undefined when the others are, too, or there are none.
 */
export function linkHeader(
  path: string,
  filters: URLSearchParams,
  { page, limit, total, hasNext }: PageResult,
): string | undefined {
  const last = total === undefined ? undefined : Math.max(1, Math.ceil(total / limit));
  const link = (rel: string, target: number) => {
    const query = new URLSearchParams(filters);
    query.set('page', String(target));
    query.set('limit', String(limit));
    return `<${path}?${query}>; rel="${rel}"`;
  };
  const neighbours = [
    ...(page > 1 ? [link('prev', Math.min(page - 1, last ?? page))] : []),
    ...(hasNext ? [link('next', page + 1)] : []),
  ];
  const all = [link('first', 1), ...neighbours, ...(last === undefined ? [] : [link('last', last)])];
  // In ASCII: a query is percent-encoded.
  return [all, neighbours].map((links) => links.join(', ')).find(({ length }) => length > 0 && length <= maxBytes);
}
