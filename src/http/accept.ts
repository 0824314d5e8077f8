import { errorMediaTypes } from '../rest/errors.js';

/**
 * Chooses between a media type that everybody understands and one for those who ask for it (RFC 9110 §12.5.1).
 * @param accept the request's `Accept`.
 * @returns whether the one asked for is named, and wanted no less than the usual one: who takes both names both.
 */
function prefers(accept: string | null | undefined, askedFor: string, usual: string): boolean {
  const ranges = readAccept(accept ?? '');
  const quality = ranges.get(askedFor) ?? 0;
  return quality > 0 && quality >= qualityOf(ranges, usual);
}

/** Whether errors are to be problems of RFC 9457. */
export const prefersProblem = (accept: string | null | undefined): boolean =>
  prefers(accept, errorMediaTypes.problem, errorMediaTypes.usual);

/** Whether it is a browser that asks, and wants a page. */
export const prefersPage = (accept: string): boolean => prefers(accept, 'text/html', 'application/json');

/** GraphQL over HTTP, section 6.1: the old media type unless the new one is asked for, and not less. */
const graphqlMediaTypes = { asked: 'application/graphql-response+json', usual: 'application/json' } as const;

/**
 * Chooses how `/graphql` answers.
 * @returns the media type, and the header fields that tell it.
 */
export function graphqlRepresentation(accept: string | null) {
  const { asked, usual } = graphqlMediaTypes;
  const mediaType = prefers(accept, asked, usual) ? asked : usual;
  return { mediaType, headers: { 'content-type': `${mediaType}; charset=utf-8`, vary: 'Accept' } };
}

/** The media ranges and how much each is wanted, from 0 to 1. */
function readAccept(accept: string): ReadonlyMap<string, number> {
  const ranges = accept
    .toLowerCase()
    .split(',')
    .map((range) => [range.split(';')[0]?.trim() ?? '', Number(/;\s*q=([\d.]+)/.exec(range)?.[1] ?? 1)] as const);
  return new Map(ranges);
}

/** The most specific range counts. */
const qualityOf = (ranges: ReadonlyMap<string, number>, type: string): number =>
  ranges.get(type) ?? ranges.get(`${type.split('/')[0]}/*`) ?? ranges.get('*/*') ?? 0;
