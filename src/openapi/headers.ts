import { deprecationHeaders } from '../rest/deprecation.js';
import type { Operation } from '../rest/operation.js';

const headers = {
  'X-Request-Id': {
    description: 'Names this request in the log: the one that was sent, if it was sane, or a new one.',
    schema: { type: 'string', maxLength: 128 },
    example: '5f0c6a2e-9d3b-4c57-8a54-0d1f7e3b9c11',
  },
  ETag: {
    description: 'Names this state of what is answered, for `If-Match` and `If-None-Match` (RFC 9110 §8.8.3).',
    schema: { type: 'string' },
    example: '"3"',
  },
  Location: {
    description: 'Where what was made is.',
    schema: { type: 'string', format: 'uri-reference' },
    example: '/api/tasks/1',
  },
  Link: {
    description: 'The first, previous, next and last page, as far as they exist and are known (RFC 8288).',
    schema: { type: 'string' },
    example: '</api/tasks?page=1&limit=50>; rel="first", </api/tasks?page=1&limit=50>; rel="last"',
  },
  'Retry-After': {
    description: 'After how many seconds to try again.',
    schema: { type: 'integer', minimum: 1 },
    example: 2,
  },
  'WWW-Authenticate': {
    description: 'The challenge (RFC 9110 §11.6.1).',
    schema: { type: 'string' },
    example: 'Bearer',
  },
  Deprecation: {
    description: 'Since when, or from when on, the operation is deprecated: seconds since 1970 (RFC 9745).',
    schema: { type: 'string', pattern: '^@-?\\d+$' },
    example: '@1767225600',
  },
  Sunset: {
    description: 'When the operation goes (RFC 8594).',
    schema: { type: 'string' },
    example: 'Fri, 01 Jan 2027 00:00:00 GMT',
  },
  Allow: {
    description: 'The methods that the address takes (RFC 9110 §10.2.1).',
    schema: { type: 'string' },
    example: 'GET, HEAD, OPTIONS',
  },
} as const;

type Header = keyof typeof headers;

const headerRef = (name: string) => ({ $ref: `#/components/headers/${name}` });

/** The header fields that parts of the document refer to: the Components Object's `headers`. */
export function documentHeaders(parts: object): object {
  const text = JSON.stringify(parts);
  const used = Object.entries(headers).filter(([name]) => text.includes(JSON.stringify(headerRef(name))));
  return Object.fromEntries(used.map(([name, header]) => [name, { ...header, required: true }]));
}

/** Refers to the header fields that an answer carries beside the request's id. */
export const headerRefs = (...names: Header[]) =>
  Object.fromEntries((['X-Request-Id', ...names] as const).map((name) => [name, headerRef(name)]));

/** Refers to the header fields that every answer of a deprecated operation carries. */
export const deprecationRefs = ({ field }: Operation) =>
  Object.fromEntries(Object.keys(deprecationHeaders(field)).map((name) => [name, headerRef(name)]));
