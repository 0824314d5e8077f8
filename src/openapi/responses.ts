import { type ErrorCode, errorCatalogue, errorRows } from '../core/error-catalogue.js';
import { errorMediaTypes } from '../rest/errors.js';
import type { Operation } from '../rest/operation.js';
import type { Route } from '../rest/routes.js';
import type { DocumentExtensions } from '../schema/builder.js';
import { isPublic } from '../schema/public-fields.js';
import { errorExample, errorSchema, problemExample } from './error-schemas.js';
import { deprecationRefs, headerRefs } from './headers.js';

/** What any request can end in, whatever it asks for. */
const ofAnyRequest = [
  'PAYLOAD_TOO_LARGE',
  'RATE_LIMITED',
  'INTERNAL_SERVER_ERROR',
  'SERVICE_UNAVAILABLE',
  'TIMEOUT',
] as const satisfies readonly ErrorCode[];

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
    ...(isPublic(field) ? [] : ['UNAUTHENTICATED' as const]),
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
  Object.fromEntries(errorGroups(operation).map((codes) => [rowOf(codes)?.status, errorAnswer(operation, codes)]));

// What a deprecated operation answers is not what the others do: it has header fields of its own.
const errorAnswer = (operation: Operation, codes: readonly ErrorCode[]): object =>
  isDeprecated(operation)
    ? errorResponse(codes, deprecationRefs(operation))
    : { $ref: `#/components/responses/${responseName(codes)}` };

const isDeprecated = ({ field }: Operation): boolean => field.deprecationReason != null;

/** Every answer that is no success, and not a deprecated operation’s: the Components Object's `responses`. */
export const documentResponses = (operations: readonly Operation[]) =>
  Object.fromEntries(
    operations
      .filter((operation) => !isDeprecated(operation))
      .flatMap(errorGroups)
      .map((codes) => [responseName(codes), errorResponse(codes)]),
  );

function errorResponse(codes: readonly ErrorCode[], more: object = {}): object {
  const header = rowOf(codes)?.header;
  const examples = (word: (code: ErrorCode) => object) => Object.fromEntries(codes.map((code) => [code, { value: word(code) }]));
  return {
    description: codes.map((code) => `\`${code}\`: ${errorCatalogue[code].when}`).join('\n\n'),
    headers: { ...headerRefs(...(header ? [header] : [])), ...more },
    content: {
      [errorMediaTypes.usual]: { schema: errorSchema('Error', codes), examples: examples(errorExample) },
      [errorMediaTypes.problem]: { schema: errorSchema('Problem', codes), examples: examples(problemExample) },
    },
  };
}
