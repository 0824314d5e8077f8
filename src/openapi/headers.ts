import { deprecationHeaders } from '../rest/deprecation.js';
import type { RestOperation } from '../rest/operation.js';
import { headerExamples } from '../rest/routes.js';
import { requestId } from './examples.js';

/** The response header fields, as Header Objects. */
const headers = {
  'X-Request-Id': {
    description: 'Identifies the request in the log: the client’s value if valid, otherwise a new one.',
    schema: { type: 'string', maxLength: 128 },
    example: requestId,
  },
  RateLimit: {
    description:
      'What the client has left: of the named policy `r` points for the next `t` seconds (draft-ietf-httpapi-ratelimit-headers-10). ' +
      'Absent if the request was not counted, as a health check.',
    schema: { type: 'string' },
    example: '"user";r=97;t=1',
  },
  'RateLimit-Policy': {
    description: 'The rate limits of the client: `q` points in `w` seconds each (draft-ietf-httpapi-ratelimit-headers-10).',
    schema: { type: 'string' },
    example: '"user";q=100;w=1, "user-burst";q=100;w=10',
  },
  ETag: {
    description: 'Entity tag of the returned state, for `If-Match` and `If-None-Match` (RFC 9110 §8.8.3).',
    schema: { type: 'string' },
    example: '"3"',
  },
  Location: {
    description: 'URL of the created resource.',
    schema: { type: 'string', format: 'uri-reference' },
    example: headerExamples.Location,
  },
  Link: {
    description:
      'Links to the first, previous, next and last page (RFC 8288), as far as they exist, are known, and fit into 8 KiB.',
    schema: { type: 'string' },
    example: headerExamples.Link,
  },
  'Retry-After': {
    description: 'Seconds to wait before the next attempt.',
    schema: { type: 'integer', minimum: 1 },
    example: 2,
  },
  'WWW-Authenticate': {
    description: 'The authentication challenge (RFC 9110 §11.6.1).',
    schema: { type: 'string' },
    example: 'Bearer',
  },
  Deprecation: {
    description: 'When the operation was or will be deprecated, in seconds since 1970 (RFC 9745).',
    schema: { type: 'string', pattern: '^@-?\\d+$' },
    example: '@1767225600',
  },
  Sunset: {
    description: 'When the operation will be removed (RFC 8594).',
    schema: { type: 'string' },
    example: 'Fri, 01 Jan 2027 00:00:00 GMT',
  },
  'Set-Cookie': {
    description:
      'A cookie of the session (RFC 6265 §4.1): for a request with `X-Session: cookie`, or one that a cookie authenticates.',
    schema: { type: 'string' },
    example: '__Host-session=eyJhbGciOi…; Path=/; Max-Age=2592000; SameSite=Lax; HttpOnly; Secure',
  },
  'X-CSRF-Token': {
    description: 'The CSRF token of the session in the cookies: send it with every write.',
    schema: { type: 'string' },
    example: 'kx3c8b1QvT0yJm5sWn2aRf7dLh9uPe4gZo6iXtKqVwA',
  },
  Allow: {
    description: 'The methods that the path supports (RFC 9110 §10.2.1).',
    schema: { type: 'string' },
    example: 'GET, HEAD, OPTIONS',
  },
} as const;

type Header = keyof typeof headers;

/** Every response has this header field. */
const commonHeaders = ['X-Request-Id'] as const satisfies readonly Header[];
/** Every response to a request that a rate limit counted has these: with `RATE_LIMIT=off` none. */
const countedHeaders = ['RateLimit', 'RateLimit-Policy'] as const satisfies readonly Header[];
const isCounted = (name: string): boolean => countedHeaders.some((counted) => counted === name);

const headerRef = (name: string) => ({ $ref: `#/components/headers/${name}` });

/**
 * Builds `components.headers`.
 * @param parts the parts of the document that may refer to header fields; only those referred to are included.
 */
export function componentHeaders(parts: object): object {
  const text = JSON.stringify(parts);
  const used = Object.entries(headers).filter(([name]) => text.includes(JSON.stringify(headerRef(name))));
  return Object.fromEntries(used.map(([name, header]) => [name, { ...header, required: !isCounted(name) }]));
}

/** Returns references to the header fields of a response: those of every response, and the ones named. */
export const headerRefs = (...names: Header[]): object =>
  Object.fromEntries([...commonHeaders, ...countedHeaders, ...names].map((name) => [name, headerRef(name)]));

/** Returns references to the header fields of a success of a health check, which no rate limit counts. */
export const uncountedHeaderRefs = (): object => Object.fromEntries(commonHeaders.map((name) => [name, headerRef(name)]));

/** Returns header fields that only some of the responses have. */
export const optionalHeaderObjects = (...names: Header[]): object =>
  Object.fromEntries(names.map((name) => [name, { ...headers[name], required: false }]));

/** Returns references to the header fields that every response of a deprecated operation has; none for other operations. */
export const deprecationHeaderRefs = ({ field }: RestOperation): object =>
  Object.fromEntries(Object.keys(deprecationHeaders(field)).map((name) => [name, headerRef(name)]));
