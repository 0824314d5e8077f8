import { type ErrorCode, errorCatalogue } from '../core/errors.js';
import type { DocumentExtensions } from '../graphql/builder.js';
import { isForAnyone } from '../graphql/deny-by-default.js';
import { errorExample, errorSchema } from './openapi-errors.js';
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
} as const;

type Header = keyof typeof headers;

const errorHeaders: Readonly<Record<number, Header>> = { 401: 'WWW-Authenticate', 429: 'Retry-After', 503: 'Retry-After' };

/** What any request can end in, whatever it asks for. */
const ofAnyRequest = [
  'PAYLOAD_TOO_LARGE',
  'RATE_LIMITED',
  'INTERNAL_SERVER_ERROR',
  'SERVICE_UNAVAILABLE',
  'TIMEOUT',
] as const satisfies readonly ErrorCode[];

/** The header fields of all answers: the Components Object's `headers`. */
export const documentHeaders = () =>
  Object.fromEntries(Object.entries(headers).map(([name, header]) => [name, { ...header, required: true }]));

/** Refers to the header fields that an answer carries beside the request's id. */
export const headerRefs = (...names: Header[]) =>
  Object.fromEntries((['X-Request-Id', ...names] as const).map((name) => [name, { $ref: `#/components/headers/${name}` }]));

/** Whether an operation is a read that takes conditions. */
export const isConditionalRead = ({ method, tagged }: Route): boolean => method === 'GET' && tagged === true;

/** The codes that an operation can end in, in the order of the catalogue. */
function errorCodes({ route, field, pathArgs, queryArgs, ifMatch, input }: Operation): ErrorCode[] {
  const hasRule = queryArgs.some(({ extensions }) => (extensions as DocumentExtensions).rule);
  const codes = new Set<ErrorCode>([
    ...ofAnyRequest,
    ...(field.args.length > 0 ? ['BAD_REQUEST' as const] : []),
    ...(isForAnyone(field) ? [] : ['UNAUTHENTICATED' as const]),
    ...(pathArgs.length > 0 ? ['FORBIDDEN' as const, 'NOT_FOUND' as const] : []),
    ...(ifMatch || isConditionalRead(route) ? ['PRECONDITION_FAILED' as const] : []),
    ...(input ? ['UNSUPPORTED_MEDIA_TYPE' as const] : []),
    ...(input || hasRule ? ['VALIDATION_ERROR' as const] : []),
    ...((field.extensions as DocumentExtensions).errors ?? []),
  ]);
  return (Object.keys(errorCatalogue) as ErrorCode[]).filter((code) => codes.has(code));
}

/** The codes of an operation that share a status, as one response each. */
function errorsByStatus(operation: Operation): Map<number, ErrorCode[]> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of errorCodes(operation)) {
    const { status } = errorCatalogue[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return byStatus;
}

/** `BAD_REQUEST` → `BadRequest`; several are joined by `Or`. */
const responseName = (codes: readonly ErrorCode[]): string =>
  codes.map((code) => code.toLowerCase().replaceAll(/(^|_)[a-z]/g, (letter) => letter.slice(-1).toUpperCase())).join('Or');

/** The answers of an operation that are no success, by status. */
export const documentErrors = (operation: Operation) =>
  Object.fromEntries(
    [...errorsByStatus(operation)].map(([status, codes]) => [status, { $ref: `#/components/responses/${responseName(codes)}` }]),
  );

/** Every answer that is no success: the Components Object's `responses`. */
export const documentResponses = (operations: readonly Operation[]) =>
  Object.fromEntries(
    operations.flatMap((operation) =>
      [...errorsByStatus(operation)].map(([status, codes]) => [responseName(codes), errorResponse(status, codes)]),
    ),
  );

function errorResponse(status: number, codes: readonly ErrorCode[]): object {
  const header = errorHeaders[status];
  return {
    description: codes.map((code) => `\`${code}\`: ${errorCatalogue[code].title}`).join('\n\n'),
    headers: headerRefs(...(header ? [header] : [])),
    content: {
      'application/json': {
        schema: errorSchema(codes),
        examples: Object.fromEntries(codes.map((code) => [code, { value: errorExample(code) }])),
      },
    },
  };
}
