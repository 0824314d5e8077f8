import type { Plugin } from 'graphql-yoga';
import { AppError } from '../core/errors.js';
import { isJson, parseJson } from '../rest/input.js';
import { exchangeOf, type GraphqlParams, type ServerContext } from './exchange.js';
import { pathOf } from './use-access-log.js';

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
      const exchange = exchangeOf(request);
      if (!isJson(request.headers.get('content-type'))) throw new AppError('UNSUPPORTED_MEDIA_TYPE');
      exchange.params = checkParams(exchange.body && parseJson(exchange.body));
    },
  };
}

const allowed = ['GET', 'HEAD', 'POST', 'OPTIONS'];
const malformed = (message: string) => new AppError('BAD_REQUEST', { message });
const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** GraphQL over HTTP, section 5.1: these four parameters; what else a client sends along is not for us. */
function checkParams(params: unknown): GraphqlParams {
  if (!isMap(params)) throw malformed('The body must be a JSON object with a query.');
  const { query, operationName, variables, extensions } = params;
  if (typeof query !== 'string' || query === '') throw malformed('The query must be a string, and not empty.');
  if (operationName != null && typeof operationName !== 'string') throw malformed('The operationName must be a string.');
  if (variables != null && !isMap(variables)) throw malformed('The variables must be an object.');
  if (extensions != null && !isMap(extensions)) throw malformed('The extensions must be an object.');
  // An empty name counts as absent, as in GET's parameters.
  return { query, operationName: operationName || undefined, variables, extensions };
}

function checkQuery(params: URLSearchParams): void {
  if (!params.get('query')) throw malformed('There is no query.');
  for (const name of ['variables', 'extensions']) {
    const text = params.get(name);
    if (text && text !== 'null' && !isMapText(text)) throw malformed(`The ${name} must be an object.`);
  }
}

function isMapText(text: string): boolean {
  try {
    return isMap(JSON.parse(text));
  } catch {
    return false;
  }
}
