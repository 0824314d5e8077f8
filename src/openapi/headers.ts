import { deprecationHeaders } from '../rest/deprecation.js';
import type { RestOperation } from '../rest/operation.js';
import { requestId } from './examples.js';

/** The response header fields, as Header Objects. */
const headers = {
  'X-Request-Id': {
    description: 'Identifies the request in the log: the client’s value if valid, otherwise a new one.',
    schema: { type: 'string', maxLength: 128 },
    example: requestId,
  },
  ETag: {
    description: 'Entity tag of the returned state, for `If-Match` and `If-None-Match` (RFC 9110 §8.8.3).',
    schema: { type: 'string' },
    example: '"3"',
  },
  Location: {
    description: 'URL of the created resource.',
    schema: { type: 'string', format: 'uri-reference' },
    example: '/api/tasks/1',
  },
  Link: {
    description: 'Links to the first, previous, next and last page (RFC 8288), as far as they exist and are known.',
    schema: { type: 'string' },
    example: '</api/tasks?page=1&limit=50>; rel="first", </api/tasks?page=1&limit=50>; rel="last"',
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

const headerRef = (name: string) => ({ $ref: `#/components/headers/${name}` });

/**
 * Builds `components.headers`.
 * @param parts the parts of the document that may refer to header fields; only those referred to are included.
 */
export function componentHeaders(parts: object): object {
  const text = JSON.stringify(parts);
  const used = Object.entries(headers).filter(([name]) => text.includes(JSON.stringify(headerRef(name))));
  return Object.fromEntries(used.map(([name, header]) => [name, { ...header, required: true }]));
}

/** Returns references to the header fields of a response; every response has `X-Request-Id`. */
export const headerRefs = (...names: Header[]): object =>
  Object.fromEntries((['X-Request-Id', ...names] as const).map((name) => [name, headerRef(name)]));

/** Returns header fields that only some of the responses have. */
export const optionalHeaderObjects = (...names: Header[]): object =>
  Object.fromEntries(names.map((name) => [name, { ...headers[name], required: false }]));

/** Returns references to the header fields that every response of a deprecated operation has; none for other operations. */
export const deprecationHeaderRefs = ({ field }: RestOperation): object =>
  Object.fromEntries(Object.keys(deprecationHeaders(field)).map((name) => [name, headerRef(name)]));
