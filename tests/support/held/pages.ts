import { commonFaults, type Faults, type Got, mediaType, type Sent, undescribedHeaders } from './exchange.js';
import { optionsFaults, refusalFaults } from './rest.js';

/** What is answered at the addresses of pages and what they load. */
const types: readonly [RegExp, string][] = [
  [/^\/(docs|docs\/errors|graphql)?$/, 'text/html'],
  [/^\/docs\/.+\.js$/, 'text/javascript'],
  [/^\/docs\/.+\.css$/, 'text/css'],
  [/^\/openapi\.json$/, 'application/json'],
];

const typeOf = (path: string): string | undefined => types.find(([pattern]) => pattern.test(path))?.[1];

/** Whether a request is for a page: at `/graphql` only a browser's is. */
export const isForPage = ({ url, method, headers }: Sent, got: Got): boolean => {
  if (url.pathname !== '/graphql') return typeOf(url.pathname) !== undefined;
  const isBrowser = (headers.get('accept') ?? '').includes('text/html');
  return isBrowser && ['GET', 'HEAD'].includes(method) && (got.status === 304 || mediaType(got) === 'text/html');
};

/** Holds a page against its description: its type, its tag, and for HTML a policy of its own. */
export function pageFaults({ url, method }: Sent, got: Got): Faults {
  if (method === 'OPTIONS') return optionsFaults(got);
  if (got.status !== 200 && got.status !== 304) return refusalFaults(got, ['METHOD_NOT_ALLOWED', 'NOT_FOUND', 'RATE_LIMITED']);
  const faults = [...commonFaults(got), ...undescribedHeaders(got, ['x-request-id', 'etag', 'content-encoding'])];
  if (mediaType(got) !== typeOf(url.pathname)) faults.push(`is ${mediaType(got)}`);
  if (!got.headers.get('etag')) faults.push('carries no ETag');
  if (got.status === 304 && got.body !== '') faults.push('has a body');
  return faults;
}
