import { AppError } from '../core/errors.js';
import type { Exchange } from '../http/exchange.js';
import { HttpResponse } from '../http/response.js';
import type { Logger } from '../log/log.js';
import type { Context } from '../schema/context.js';
import type { Engine } from './engine.js';
import { formatResult } from './format-result.js';
import { type GraphqlParams, paramsOfBody, paramsOfUrl } from './parameters.js';

const allowedMethods = ['GET', 'HEAD', 'POST', 'OPTIONS'];

interface Parts {
  readonly engine: Engine;
  readonly createContext: (exchange: Exchange) => Context;
  readonly log: Logger;
}

/** GraphQL over HTTP (https://graphql.github.io/graphql-over-http/draft/): the path `/graphql`. */
export function createGraphqlHandler({ engine, createContext, log }: Parts): (exchange: Exchange) => Promise<HttpResponse> {
  return async (exchange) => {
    const { method } = exchange.request;
    if (method === 'OPTIONS') return new HttpResponse(null, { status: 204, headers: { allow: allowedMethods.join(', ') } });
    const result = await engine.run(exchange, readParams(exchange), createContext(exchange));
    if (Symbol.asyncIterator in result) throw new AppError('BAD_REQUEST', { message: 'Subscriptions are not served over HTTP.' });
    return formatResult(exchange, result, log);
  };
}

function readParams(exchange: Exchange): GraphqlParams {
  const { method, url } = exchange.request;
  if (method === 'GET') return paramsOfUrl(url);
  if (method === 'POST') return paramsOfBody(exchange);
  throw new AppError('METHOD_NOT_ALLOWED', { allow: allowedMethods });
}
