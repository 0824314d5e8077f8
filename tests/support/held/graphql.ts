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
import { objectFaults } from './data.js';
import { commonFaults, type Faults, type Got, mediaType, parsed, type Sent, undescribedHeaders } from './exchange.js';
import { nullFaults } from './nulls.js';
import { detailFaults } from './openapi.js';
import { optionsFaults } from './rest.js';

const schema = buildSchema(readFileSync(new URL('../../../schema.graphql', import.meta.url), 'utf8'));

interface Params {
  readonly query: string;
  readonly operationName?: string | null;
  readonly variables?: Record<string, unknown> | null;
  readonly extensions?: Record<string, unknown> | null;
}

const isMapOrAbsent = (value: unknown): boolean => value == null || (typeof value === 'object' && !Array.isArray(value));

/** What was asked for; undefined when it is not well formed (GraphQL over HTTP, section 5.1). */
function paramsOf({ method, url, body }: Sent): Params | undefined {
  const params = (method === 'POST' ? parsed(body ?? '') : paramsOfUrl(url)) as Partial<Params> | null | undefined;
  if (typeof params?.query !== 'string' || params.query === '') return undefined;
  if (params.operationName != null && typeof params.operationName !== 'string') return undefined;
  return isMapOrAbsent(params.variables) && isMapOrAbsent(params.extensions) ? (params as Params) : undefined;
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
export function graphqlFaults(sent: Sent, got: Got): Faults {
  if (sent.method === 'OPTIONS') return optionsFaults(got);
  const faults = [...commonFaults(got), ...undescribedHeaders(got, ['x-request-id', 'allow', 'retry-after', 'www-authenticate'])];
  if (!/^application\/(graphql-response\+)?json; charset=utf-8$/.test(got.headers.get('content-type') ?? ''))
    faults.push(`is ${got.headers.get('content-type')}`);
  if (sent.method === 'HEAD') return faults;
  const body = parsed(got.body) as { data?: Record<string, unknown> | null; errors?: unknown[] } | undefined;
  if (typeof body !== 'object' || body === null) return [...faults, 'is no JSON object'];
  for (const key of Object.keys(body)) if (key !== 'data' && key !== 'errors') faults.push(`has ${key}`);
  const params = paramsOf(sent);
  const errors = body.errors?.map(errorFaults) ?? [];
  const codes = (body.errors ?? []).map(
    (error) => (error as { extensions?: { code?: ErrorCode } }).extensions?.code as ErrorCode,
  );
  return [
    ...faults,
    ...errors.flat(),
    ...(body.errors && body.errors.length === 0 ? ['has an empty list of errors'] : []),
    ...statusFaults(got, 'data' in body, codes, params !== undefined),
    ...('data' in body
      ? [...dataFaults(params, body.data), ...nullFaults(params?.query ?? '', body.data ?? {}, body.errors ?? [])]
      : []),
  ];
}

function errorFaults(error: unknown): Faults {
  const { message, extensions, locations, path, ...rest } = error as Record<string, unknown>;
  const { code, details, ...more } = (extensions ?? {}) as Record<string, unknown>;
  const faults = [...Object.keys(rest), ...Object.keys(more)].map((key) => `an error has ${key}`);
  if (typeof message !== 'string') faults.push('an error has no message');
  if (!Object.hasOwn(errorCatalogue, String(code))) faults.push(`an error has code ${code}`);
  return [...faults, ...detailFaults(details)];
}

/** Product, section 4: 200 once there is data; before that the catalogue's, but 200 for what old clients expect so. */
function statusFaults(got: Got, hasData: boolean, codes: readonly ErrorCode[], isReadable: boolean): Faults {
  const [first] = codes;
  const isOld = isReadable && first === 'BAD_REQUEST' && mediaType(got) === 'application/json';
  const expected = hasData || isOld || !first ? 200 : errorCatalogue[first].status;
  const faults = got.status === expected ? [] : [`has status ${got.status} instead of ${expected}`];
  if (!hasData && !first) faults.push('has neither data nor errors');
  const needed = { 401: 'www-authenticate', 405: 'allow', 429: 'retry-after', 503: 'retry-after' }[got.status];
  return needed && !got.headers.get(needed) ? [...faults, `carries no ${needed}`] : faults;
}

function dataFaults(params: Params | undefined, data: Record<string, unknown> | null | undefined): Faults {
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
  return objectFaults({ schema, fragments, variables: coerced }, root, operation.selectionSet, data, 'data');
}
