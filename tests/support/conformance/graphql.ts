import { readFileSync } from 'node:fs';
import {
  buildSchema,
  type DocumentNode,
  type FragmentDefinitionNode,
  getOperationAST,
  getVariableValues,
  Kind,
  parse,
} from 'graphql';
import { type ErrorCode, errorCatalogue } from '../../../src/core/error-catalogue.js';
import {
  commonViolations,
  mediaType,
  parsed,
  type ReceivedResponse,
  type SentRequest,
  undescribedHeaders,
  type Violations,
} from './exchange.js';
import { nullViolations } from './nulls.js';
import { detailViolations } from './openapi.js';
import { optionsViolations } from './rest.js';
import { objectViolations } from './selection.js';

const schema = buildSchema(readFileSync(new URL('../../../schema.graphql', import.meta.url), 'utf8'));

interface Params {
  readonly query: string;
  readonly operationName?: string | null;
  readonly variables?: Record<string, unknown> | null;
  readonly extensions?: Record<string, unknown> | null;
}

const isMapOrAbsent = (value: unknown): boolean => value == null || (typeof value === 'object' && !Array.isArray(value));

const isRepeated = ({ searchParams }: URL): boolean =>
  ['query', 'operationName', 'variables', 'extensions'].some((name) => searchParams.getAll(name).length > 1);

/** What was asked for; undefined when it is not well formed (GraphQL over HTTP, section 5.1). */
function paramsOf({ method, url, body }: SentRequest): Params | undefined {
  if (!hasUtf8Escapes(url)) return undefined;
  const params = (method === 'POST' ? parsed(body ?? '') : paramsOfUrl(url)) as Partial<Params> | null | undefined;
  if (method !== 'POST' && isRepeated(url)) return undefined;
  if (typeof params?.query !== 'string' || params.query === '') return undefined;
  if (params.operationName != null && typeof params.operationName !== 'string') return undefined;
  return isMapOrAbsent(params.variables) && isMapOrAbsent(params.extensions) ? (params as Params) : undefined;
}

function hasUtf8Escapes({ search }: URL): boolean {
  try {
    decodeURIComponent(search.replaceAll(/%(?![0-9a-f]{2})/gi, '%25'));
    return true;
  } catch {
    return false;
  }
}

function paramsOfUrl({ searchParams }: URL): Record<string, unknown> {
  const json = (name: string) => {
    const text = searchParams.get(name);
    // What is no JSON stands for itself, and is no map.
    return text ? (parsed(text) ?? (text === 'null' ? null : text)) : null;
  };
  const [query, operationName] = [searchParams.get('query'), searchParams.get('operationName')];
  return { query, operationName, variables: json('variables'), extensions: json('extensions') };
}

/** Holds an answer of `/graphql` against the SDL and GraphQL over HTTP. */
export function graphqlViolations(request: SentRequest, response: ReceivedResponse): Violations {
  if (request.method === 'OPTIONS') return optionsViolations(response);
  const violations = [
    ...commonViolations(response),
    ...undescribedHeaders(response, ['x-request-id', 'allow', 'retry-after', 'www-authenticate', 'set-cookie', 'x-csrf-token']),
  ];
  if (!/^application\/(graphql-response\+)?json; charset=utf-8$/.test(response.headers.get('content-type') ?? ''))
    violations.push(`is ${response.headers.get('content-type')}`);
  if (request.method === 'HEAD') return violations;
  const body = parsed(response.body) as { data?: Record<string, unknown> | null; errors?: unknown[] } | undefined;
  if (typeof body !== 'object' || body === null) return [...violations, 'is no JSON object'];
  for (const key of Object.keys(body)) if (key !== 'data' && key !== 'errors') violations.push(`has ${key}`);
  const params = paramsOf(request);
  const errors = body.errors?.map(fieldErrorViolations) ?? [];
  const codes = (body.errors ?? []).map(
    (error) => (error as { extensions?: { code?: ErrorCode } }).extensions?.code as ErrorCode,
  );
  return [
    ...violations,
    ...errors.flat(),
    ...(body.errors && body.errors.length === 0 ? ['has an empty list of errors'] : []),
    ...statusViolations(response, 'data' in body, codes, params !== undefined),
    ...('data' in body
      ? [...dataViolations(params, body.data), ...nullViolations(params?.query ?? '', body.data ?? {}, body.errors ?? [])]
      : []),
  ];
}

function fieldErrorViolations(error: unknown): Violations {
  const { message, extensions, locations, path, ...rest } = error as Record<string, unknown>;
  const { code, details, ...more } = (extensions ?? {}) as Record<string, unknown>;
  const violations = [...Object.keys(rest), ...Object.keys(more)].map((key) => `an error has ${key}`);
  if (typeof message !== 'string') violations.push('an error has no message');
  if (!Object.hasOwn(errorCatalogue, String(code))) violations.push(`an error has code ${code}`);
  return [...violations, ...(code === 'QUERY_TOO_COMPLEX' ? limitViolations(details) : detailViolations(details))];
}

/** Product, section 4: 200 once there is data; before that the catalogue's, but 200 for what old clients expect so. */
function statusViolations(
  response: ReceivedResponse,
  hasData: boolean,
  codes: readonly ErrorCode[],
  isReadable: boolean,
): Violations {
  const [first] = codes;
  const isLenient =
    ((isReadable && first === 'BAD_REQUEST') || first === 'PERSISTED_QUERY_NOT_SUPPORTED') &&
    mediaType(response) === 'application/json';
  const expected = hasData || isLenient || !first ? 200 : errorCatalogue[first].status;
  const violations = response.status === expected ? [] : [`has status ${response.status} instead of ${expected}`];
  if (!hasData && !first) violations.push('has neither data nor errors');
  const needed = { 401: 'www-authenticate', 405: 'allow', 429: 'retry-after', 503: 'retry-after' }[response.status];
  return needed && !response.headers.get(needed) ? [...violations, `carries no ${needed}`] : violations;
}

function dataViolations(params: Params | undefined, data: Record<string, unknown> | null | undefined): Violations {
  if (!params) return ['answers what cannot be read'];
  if (data === null || data === undefined) return ['has data that is null, though every root field may be'];
  const document: DocumentNode = parse(params.query);
  const operation = getOperationAST(document, params.operationName || undefined);
  if (!operation) return ['answers no operation'];
  const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], params.variables ?? {});
  if (!coerced) return ['answers variables that do not fit'];
  const fragments = Object.fromEntries(
    document.definitions
      .filter((each): each is FragmentDefinitionNode => each.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
  const root = schema.getRootType(operation.operation);
  if (!root) return [`there is no ${operation.operation}`];
  return objectViolations({ schema, fragments, variables: coerced }, root, operation.selectionSet, data, 'data');
}

/** `QUERY_TOO_COMPLEX` names the limit and its value; only GraphQL has it. */
const limitViolations = (details: unknown): Violations => {
  const { limit, max, ...more } = (details ?? {}) as Record<string, unknown>;
  const isNamed = typeof limit === 'string' && typeof max === 'number' && Object.keys(more).length === 0;
  return isNamed ? [] : ['does not name the limit and its value'];
};
