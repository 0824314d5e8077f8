import type { HeaderReader } from './headers.js';

/** The media types of an error in REST: the usual one, and RFC 9457's for clients that accept it. */
export const errorMediaTypes = { usual: 'application/json', problem: 'application/problem+json' } as const;

/** GraphQL over HTTP, section 6.1: the older media type unless the newer one is accepted, and not with a lower weight. */
const graphqlMediaTypes = { preferred: 'application/graphql-response+json', usual: 'application/json' } as const;

/**
 * Chooses between a media type that every client understands and another one (RFC 9110 §12.5.1).
 * @param accept the request's `Accept`.
 * @returns whether the other one is named, and with no lower weight than the usual one.
 */
function prefers(accept: string | null | undefined, other: string, usual: string): boolean {
  const ranges = parseAccept(accept ?? '');
  const quality = ranges.get(other) ?? 0;
  return quality > 0 && quality >= qualityOf(ranges, usual);
}

/** Whether the client prefers errors as problem details (RFC 9457). */
export const prefersProblem = (accept: string | null | undefined): boolean =>
  prefers(accept, errorMediaTypes.problem, errorMediaTypes.usual);

/** Whether the client accepts content that gzip compressed (RFC 9110 §12.5.3). @param acceptEncoding the request's `Accept-Encoding`. */
export const acceptsGzip = (acceptEncoding: string | null | undefined): boolean =>
  (parseAccept(acceptEncoding ?? '').get('gzip') ?? 0) > 0;

/** Whether the client is a browser that opens a page. */
export const prefersPage = (accept: string): boolean => prefers(accept, 'text/html', 'application/json');

/** How `/graphql` responds: the media type, and the header fields that tell it. */
export function graphqlRepresentation(headers: HeaderReader) {
  const { preferred, usual } = graphqlMediaTypes;
  const mediaType = prefers(headers.get('accept'), preferred, usual) ? preferred : usual;
  return { mediaType, headers: { 'content-type': `${mediaType}; charset=utf-8`, vary: 'Accept' } };
}

/** The media ranges, or content codings, and their weights, from 0 to 1. */
function parseAccept(accept: string): ReadonlyMap<string, number> {
  const ranges = accept
    .toLowerCase()
    .split(',')
    .map((range) => [range.split(';')[0]?.trim() ?? '', Number(/;\s*q=([\d.]+)/.exec(range)?.[1] ?? 1)] as const);
  return new Map(ranges);
}

/** The most specific range counts. */
const qualityOf = (ranges: ReadonlyMap<string, number>, type: string): number =>
  ranges.get(type) ?? ranges.get(`${type.split('/')[0]}/*`) ?? ranges.get('*/*') ?? 0;
