import {
  commonViolations,
  mediaType,
  type ReceivedResponse,
  type SentRequest,
  undescribedHeaders,
  type Violations,
} from './exchange.js';
import { errorViolations, optionsViolations } from './rest.js';

/** The media types of the pages and of their assets, by path. */
const types: readonly [RegExp, string][] = [
  [/^\/(docs|docs\/errors|graphql)?$/, 'text/html'],
  [/^\/docs\/.+\.js$/, 'text/javascript'],
  [/^\/docs\/.+\.css$/, 'text/css'],
  [/^\/openapi\.json$/, 'application/json'],
];

const typeOf = (path: string): string | undefined => types.find(([pattern]) => pattern.test(path))?.[1];

/** Whether a request is for a page; at `/graphql` only if it comes from a browser. */
export const isForPage = ({ url, method, headers }: SentRequest, response: ReceivedResponse): boolean => {
  if (url.pathname !== '/graphql') return typeOf(url.pathname) !== undefined;
  const isBrowser = (headers.get('accept') ?? '').includes('text/html');
  return isBrowser && ['GET', 'HEAD'].includes(method) && (response.status === 304 || mediaType(response) === 'text/html');
};

/** Checks the media type and the entity tag of a page. */
export function pageViolations({ url, method }: SentRequest, response: ReceivedResponse): Violations {
  if (method === 'OPTIONS') return optionsViolations(response);
  if (response.status !== 200 && response.status !== 304)
    return errorViolations(method, response, ['METHOD_NOT_ALLOWED', 'NOT_FOUND', 'RATE_LIMITED', 'SERVICE_UNAVAILABLE']);
  const violations = [
    ...commonViolations(response),
    ...undescribedHeaders(response, ['x-request-id', 'etag', 'content-encoding']),
  ];
  if (mediaType(response) !== typeOf(url.pathname)) violations.push(`is ${mediaType(response)}`);
  if (!response.headers.get('etag')) violations.push('carries no ETag');
  return violations;
}
