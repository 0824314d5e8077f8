import { type ErrorCode, errorCatalogue, errorRows } from '../core/error-catalogue.js';
import type { DocumentExtensions } from '../graphql/builder.js';
import { isForAnyone } from '../graphql/deny-by-default.js';
import { errorMediaTypes } from './errors.js';
import { errorExample, errorSchema, problemExample } from './openapi-errors.js';
import type { Operation } from './operation.js';
import type { Route } from './routes.js';

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
    description: 'The first, previous, next and last page, as far as they exist (RFC 8288).',
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
  Allow: {
    description: 'The methods that the address takes (RFC 9110 §10.2.1).',
    schema: { type: 'string' },
    example: 'GET, HEAD, OPTIONS',
  },
} as const;

type Header = keyof typeof headers;

/** What any request can end in, whatever it asks for. */
const ofAnyRequest = [
  'PAYLOAD_TOO_LARGE',
  'RATE_LIMITED',
  'INTERNAL_SERVER_ERROR',
  'SERVICE_UNAVAILABLE',
  'TIMEOUT',
] as const satisfies readonly ErrorCode[];

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

/** Whether an operation is a read that takes conditions. */
export const isConditionalRead = ({ method, tagged }: Route): boolean => method === 'GET' && tagged === true;

/** Whether an operation can be made safe to send again. */
export const isWrite = ({ method }: Route): boolean => method !== 'GET';

/** The codes that an operation can end in, in the order of the catalogue. */
function errorCodes({ route, field, pathArgs, queryArgs, ifMatch, input }: Operation): ErrorCode[] {
  const hasRule = queryArgs.some(({ extensions }) => (extensions as DocumentExtensions).rule);
  const codes = new Set<ErrorCode>([
    ...ofAnyRequest,
    ...(field.args.length > 0 ? ['BAD_REQUEST' as const] : []),
    ...(isWrite(route) ? (['BAD_REQUEST', 'CONFLICT', 'VALIDATION_ERROR'] as const) : []),
    ...(isForAnyone(field) ? [] : ['UNAUTHENTICATED' as const]),
    ...(pathArgs.length > 0 ? ['FORBIDDEN' as const, 'NOT_FOUND' as const] : []),
    ...(ifMatch || isConditionalRead(route) ? ['PRECONDITION_FAILED' as const] : []),
    ...(input ? ['UNSUPPORTED_MEDIA_TYPE' as const] : []),
    ...(input || hasRule ? ['VALIDATION_ERROR' as const] : []),
    ...((field.extensions as DocumentExtensions).errors ?? []),
  ]);
  return errorRows.map(([code]) => code).filter((code) => codes.has(code));
}

/** The codes of an operation, those that share a status together. */
function errorGroups(operation: Operation): ErrorCode[][] {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of errorCodes(operation)) {
    const { status } = errorCatalogue[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return [...byStatus.values()];
}

/** `BAD_REQUEST` → `BadRequest`; several are joined by `Or`. */
const responseName = (codes: readonly ErrorCode[]): string =>
  codes.map((code) => code.toLowerCase().replaceAll(/(^|_)[a-z]/g, (letter) => letter.slice(-1).toUpperCase())).join('Or');

const rowOf = ([code]: readonly ErrorCode[]) => errorRows.find(([known]) => known === code)?.[1];

/** The answers of an operation that are no success, by status. */
export const documentErrors = (operation: Operation) =>
  Object.fromEntries(
    errorGroups(operation).map((codes) => [rowOf(codes)?.status, { $ref: `#/components/responses/${responseName(codes)}` }]),
  );

/** Every answer that is no success: the Components Object's `responses`. */
export const documentResponses = (operations: readonly Operation[]) =>
  Object.fromEntries(
    operations.flatMap((operation) => errorGroups(operation).map((codes) => [responseName(codes), errorResponse(codes)])),
  );

function errorResponse(codes: readonly ErrorCode[]): object {
  const header = rowOf(codes)?.header;
  const examples = (word: (code: ErrorCode) => object) => Object.fromEntries(codes.map((code) => [code, { value: word(code) }]));
  return {
    description: codes.map((code) => `\`${code}\`: ${errorCatalogue[code].when}`).join('\n\n'),
    headers: headerRefs(...(header ? [header] : [])),
    content: {
      [errorMediaTypes.usual]: { schema: errorSchema('Error', codes), examples: examples(errorExample) },
      [errorMediaTypes.problem]: { schema: errorSchema('Problem', codes), examples: examples(problemExample) },
    },
  };
}
