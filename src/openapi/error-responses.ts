import { type ErrorCode, errorCatalogue, errorRows } from '../core/error-catalogue.js';
import { errorMediaTypes } from '../http/content-negotiation.js';
import type { RestOperation } from '../rest/operation.js';
import { isRateLimited } from '../rest/routes.js';
import type { DocumentExtensions } from '../schema/builder.js';
import { isPublic } from '../schema/public-fields.js';
import { returnsTokens } from '../schema/token-fields.js';
import { errorSchema } from './error-schemas.js';
import { errorExample, problemExample } from './examples.js';
import { deprecationHeaderRefs, headerRefs, optionalHeaderObjects } from './headers.js';
import { isConditionalRead, isWrite, needsCsrfToken } from './parameters.js';

/** The codes that every operation can respond with. */
const commonCodes = [
  'BAD_REQUEST',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'INTERNAL_SERVER_ERROR',
  'SERVICE_UNAVAILABLE',
  'TIMEOUT',
] as const satisfies readonly ErrorCode[];

/** The codes that an operation can respond with, in the order of the catalogue. */
function errorCodes(operation: RestOperation): ErrorCode[] {
  const { route, field, pathArgs, queryArgs, ifMatch, input } = operation;
  const hasRule = queryArgs.some(({ extensions }) => (extensions as DocumentExtensions).rule);
  const codes = new Set<ErrorCode>([
    ...commonCodes,
    ...(isWrite(route) ? (['CONFLICT', 'VALIDATION_ERROR'] as const) : []),
    ...(isRateLimited(route) ? ['RATE_LIMITED' as const] : []),
    // A personal API token may lack the scope.
    ...(isPublic(field) ? [] : ['UNAUTHENTICATED' as const, 'FORBIDDEN' as const]),
    ...(needsCsrfToken(operation) || returnsTokens(field) ? ['CSRF_FAILED' as const] : []),
    ...(pathArgs.length > 0 ? ['NOT_FOUND' as const] : []),
    ...(ifMatch || isConditionalRead(route) ? ['PRECONDITION_FAILED' as const] : []),
    ...(input || hasRule ? ['VALIDATION_ERROR' as const] : []),
    ...((field.extensions as DocumentExtensions).errors ?? []),
  ]);
  return errorRows.map(([code]) => code).filter((code) => codes.has(code));
}

/** Codes that share a status, which is one Response Object. */
interface ErrorGroup {
  readonly status: number;
  readonly codes: readonly ErrorCode[];
}

function errorGroups(operation: RestOperation): ErrorGroup[] {
  const codesByStatus = new Map<number, ErrorCode[]>();
  for (const code of errorCodes(operation)) {
    const { status } = errorCatalogue[code];
    codesByStatus.set(status, [...(codesByStatus.get(status) ?? []), code]);
  }
  return [...codesByStatus].map(([status, codes]) => ({ status, codes }));
}

/** `BAD_REQUEST` → `BadRequest`; several codes are joined by `Or`. */
const responseName = ({ codes }: ErrorGroup): string =>
  codes.map((code) => code.toLowerCase().replaceAll(/(^|_)[a-z]/g, (letter) => letter.slice(-1).toUpperCase())).join('Or');

/** Builds the error responses of an operation's Responses Object, by status. */
export const errorResponses = (operation: RestOperation): object =>
  Object.fromEntries(errorGroups(operation).map((group) => [group.status, referenceOrResponse(operation, group)]));

// A deprecated operation has header fields that the shared responses do not have.
const referenceOrResponse = (operation: RestOperation, group: ErrorGroup): object =>
  isDeprecated(operation)
    ? errorResponse(group, deprecationHeaderRefs(operation))
    : { $ref: `#/components/responses/${responseName(group)}` };

const isDeprecated = ({ field }: RestOperation): boolean => field.deprecationReason != null;

/** Builds `components.responses`: the error responses that operations share. */
export const componentResponses = (operations: readonly RestOperation[]): object =>
  Object.fromEntries(
    operations
      .filter((operation) => !isDeprecated(operation))
      .flatMap(errorGroups)
      .map((group) => [responseName(group), errorResponse(group)]),
  );

function errorResponse({ codes }: ErrorGroup, extraHeaders: object = {}): object {
  const rows = errorRows.filter(([code]) => codes.includes(code)).map(([, row]) => row);
  const isRequired = rows.every(({ header }) => header);
  const names = rows.flatMap(({ header, optionalHeader }) => header ?? optionalHeader ?? []);
  const examples = (example: (code: ErrorCode) => object) =>
    Object.fromEntries(codes.map((code) => [code, { value: example(code) }]));
  return {
    description: codes.map((code) => `\`${code}\`: ${errorCatalogue[code].description}`).join('\n\n'),
    headers: {
      ...(isRequired ? headerRefs(...names) : { ...headerRefs(), ...optionalHeaderObjects(...names) }),
      ...extraHeaders,
    },
    content: {
      [errorMediaTypes.usual]: { schema: errorSchema('Error', codes), examples: examples(errorExample) },
      [errorMediaTypes.problem]: { schema: errorSchema('Problem', codes), examples: examples(problemExample) },
    },
  };
}
