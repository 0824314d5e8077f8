import { AppError } from '../core/errors.js';
import type { Exchange } from '../http/exchange.js';
import { isJson, parseJson } from '../http/json-body.js';
import { isMalformedParameter } from '../http/query-string.js';

/** The parameters of a GraphQL request (GraphQL over HTTP, section 5.1). */
export interface GraphqlParams {
  readonly query: string;
  readonly operationName?: string;
  readonly variables?: Record<string, unknown>;
  readonly extensions?: Record<string, unknown>;
}

const badRequest = (message: string) => new AppError('BAD_REQUEST', { message });
const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const names = ['query', 'operationName', 'variables', 'extensions'] as const;

/**
 * Reads the parameters of a GET (section 6.2).
 * @throws AppError `BAD_REQUEST`, also for a parameter that comes twice: a proxy may read another one of them than this server.
 */
export function paramsOfUrl(url: URL): GraphqlParams {
  const search = url.searchParams;
  for (const name of names) {
    if (search.getAll(name).length > 1) throw badRequest(`The ${name} must not be given more than once.`);
    if (isMalformedParameter(url, name)) throw badRequest(`The ${name} must be UTF-8.`);
  }
  return checkParams({
    query: search.get('query') ?? undefined,
    operationName: search.get('operationName'),
    variables: mapOfText('variables', search.get('variables')),
    extensions: mapOfText('extensions', search.get('extensions')),
  });
}

/**
 * Reads the parameters of a POST (section 6.3).
 * @throws AppError `UNSUPPORTED_MEDIA_TYPE`; `BAD_REQUEST` when it is not JSON, a batch, or a parameter has the wrong type.
 */
export function paramsOfBody({ request, body }: Exchange): GraphqlParams {
  if (!isJson(request.headers.get('content-type'))) throw new AppError('UNSUPPORTED_MEDIA_TYPE');
  const params = body && parseJson(body);
  if (!isMap(params)) throw badRequest('The body must be a JSON object with a query.');
  return checkParams(params);
}

/** Other members that a client sends are ignored. */
function checkParams({ query, operationName, variables, extensions }: Record<string, unknown>): GraphqlParams {
  if (operationName != null && typeof operationName !== 'string') throw badRequest('The operationName must be a string.');
  if (variables != null && !isMap(variables)) throw badRequest('The variables must be an object.');
  if (extensions != null && !isMap(extensions)) throw badRequest('The extensions must be an object.');
  if (query == null && isMap(extensions?.persistedQuery)) throw new AppError('PERSISTED_QUERY_NOT_SUPPORTED');
  if (typeof query !== 'string' || query === '') throw badRequest('The query must be a non-empty string.');
  return {
    query,
    // An empty name counts as absent: forms send it so.
    ...(operationName ? { operationName } : {}),
    ...(variables ? { variables } : {}),
    ...(extensions ? { extensions } : {}),
  };
}

function mapOfText(name: string, text: string | null): unknown {
  if (text === null || text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('BAD_REQUEST', { message: `The ${name} must be an object.`, cause });
  }
}
