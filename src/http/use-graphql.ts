import { collectFields } from '@graphql-tools/utils';
import {
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { AppError } from '../core/errors.js';
import type { Logger } from '../core/log.js';
import { isForAnyone } from '../graphql/deny-by-default.js';
import { toAppError, toGraphQLError } from '../graphql/errors.js';
import { isWithinComplexity } from '../graphql/limits.js';
import { isJson, parseJson } from '../rest/input.js';
import { exchangeOf, type ServerContext } from './exchange.js';
import { pathOf } from './use-access-log.js';

/** Operations whose answers carry tokens. */
export const tokenOperations: ReadonlySet<string> = new Set(['Mutation.signup', 'Mutation.login', 'Mutation.refresh']);

/** Answer: what GraphQL over HTTP asks of a request before Yoga reads it. Other media types and batches are refused. */
export function useGraphqlRequest(): Plugin<object, ServerContext> {
  return {
    onRequest: ({ request, url, endResponse, fetchAPI }) => {
      if (pathOf(request.url) !== '/graphql') return;
      const { method } = request;
      if (method === 'OPTIONS')
        return endResponse(new fetchAPI.Response(null, { status: 204, headers: { allow: allowed.join(', ') } }));
      if (method === 'GET') return checkQuery(url.searchParams);
      if (method !== 'POST') throw new AppError('METHOD_NOT_ALLOWED', { allow: allowed });
      const { body } = exchangeOf(request);
      if (!isJson(request.headers.get('content-type'))) throw new AppError('UNSUPPORTED_MEDIA_TYPE');
      const params = checkParams(body && parseJson(body));
      // Yoga reads the body from here.
      Object.defineProperty(request, 'json', { value: async () => params });
    },
  };
}

const allowed = ['GET', 'HEAD', 'POST', 'OPTIONS'];
const malformed = (message: string) => new AppError('BAD_REQUEST', { message });
const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** GraphQL over HTTP, section 5.1: these four parameters; what else a client sends along is not for us. */
function checkParams(params: unknown): Record<string, unknown> {
  if (!isMap(params)) throw malformed('The body must be a JSON object with a query.');
  const { query, operationName, variables, extensions } = params;
  if (typeof query !== 'string') throw malformed('The query must be a string.');
  if (operationName != null && typeof operationName !== 'string') throw malformed('The operationName must be a string.');
  if (variables != null && !isMap(variables)) throw malformed('The variables must be an object.');
  if (extensions != null && !isMap(extensions)) throw malformed('The extensions must be an object.');
  return { query, operationName, variables, extensions };
}

function checkQuery(params: URLSearchParams): void {
  if (!params.get('query')) throw malformed('There is no query.');
  for (const name of ['variables', 'extensions']) {
    const text = params.get(name);
    if (text && !isMap(parseJson(Buffer.from(text)))) throw malformed(`The ${name} must be an object.`);
  }
}

/**
 * Answer: decides before anything runs whether an operation may. A token that does not hold refuses a request that
 * asks for anything which is not for anyone; without a token each field answers for itself.
 */
export function useGraphqlOperation(schema: GraphQLSchema): Plugin<object, ServerContext> {
  return {
    onExecute: ({ args, setResultAndStopExecution }) => {
      const { request } = args.contextValue as { request: Request };
      // REST's documents are our own.
      if (args.schema !== schema) return;
      const operation = getOperationAST(args.document, args.operationName);
      if (!operation) return;
      const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], args.variableValues ?? {});
      // What does not fit, execution refuses in its own words.
      if (errors) return;
      const fields = rootFields(schema, args.document, coerced, operation);
      const exchange = exchangeOf(request);
      exchange.operations = fields.map(({ coordinate }) => coordinate);
      exchange.secret = exchange.operations.some((coordinate) => tokenOperations.has(coordinate));
      const refuse = (error: AppError) => setResultAndStopExecution({ errors: [error as never] });
      if (exchange.identity.kind === 'rejected' && fields.some((field) => !field.forAnyone))
        refuse(new AppError('UNAUTHENTICATED'));
      else if (!isWithinComplexity(schema, args.document, operation, args.variableValues ?? {}))
        refuse(new AppError('QUERY_TOO_COMPLEX'));
    },
  };
}

interface RootField {
  readonly coordinate: string;
  readonly forAnyone: boolean;
}

function rootFields(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Record<string, unknown>,
  operation: OperationDefinitionNode,
): RootField[] {
  const root = schema.getRootType(operation.operation);
  if (!root) return [];
  const fragments = Object.fromEntries(
    document.definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
  const collected = collectFields(schema, fragments, { coerced: variables, sources: {} }, root, operation.selectionSet);
  return [...collected.fields.values()].map(([node]) => {
    const name = node?.name.value ?? '';
    const field = root.getFields()[name];
    // `__typename` and introspection are for anyone; so is what was dropped before, which cannot be here.
    return { coordinate: `${root.name}.${name}`, forAnyone: !field || isForAnyone(field) };
  });
}

type Result = ExecutionResult & { data?: unknown };

/**
 * Answer: words every error, and gives the status that GraphQL over HTTP asks for: 200 once there is data, also null;
 * before that the catalogue's, but 200 for a request error under `application/json`, as old clients expect.
 */
export function useGraphqlResult(log: Logger): Plugin<object, ServerContext> {
  return {
    onResultProcess: ({ request, result, setResultProcessor }) => {
      const { requestId } = exchangeOf(request);
      const { data, errors } = result as Result;
      const mediaType = accepted(request.headers.get('accept'));
      setResultProcessor((_result, fetchAPI) => {
        const known = (errors ?? []).map((error) => toAppError(error, log, requestId));
        const body = errors ? { data, errors: errors.map((error) => toGraphQLError(error, log, requestId)) } : { data };
        const first = data === undefined ? known[0] : undefined;
        const isOld = mediaType === 'application/json' && first?.code === 'BAD_REQUEST';
        const headers = Object.assign(
          {},
          ...known.map((error) => (data === undefined || error.retryAfterSeconds !== undefined ? error.headers : {})),
        );
        return new fetchAPI.Response(JSON.stringify(body), {
          status: first && !isOld ? first.status : 200,
          headers: { ...headers, 'content-type': `${mediaType}; charset=utf-8` },
        });
      }, mediaType);
    },
  };
}

const responseType = 'application/graphql-response+json';

/** GraphQL over HTTP, section 6.1: the old media type unless the new one is asked for. */
const accepted = (accept: string | null): string =>
  accept?.toLowerCase().includes(responseType) ? responseType : 'application/json';
