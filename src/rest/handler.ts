import type { DocumentNode, ExecutionResult, GraphQLSchema } from 'graphql';
import { AppError } from '../core/errors.js';
import type { PageResult } from '../core/page.js';
import { csrfFault, type GuardedOperation } from '../http/csrf.js';
import type { Exchange } from '../http/exchange.js';
import { HttpResponse } from '../http/response.js';
import type { Context } from '../schema/context.js';
import type { Operation } from '../schema/executor.js';
import { authorize } from '../schema/public-fields.js';
import { guardedOperation, returnsTokens } from '../schema/token-fields.js';
import { type DeprecationHeaders, deprecationHeaders } from './deprecation.js';
import { linkHeader } from './links.js';
import { createOmitFields } from './omit-fields.js';
import { operationOf, type RestOperation } from './operation.js';
import { readQuery } from './parameters.js';
import { checkIfMatch, etagOf, evaluatePreconditions } from './preconditions.js';
import { allowedMethods, createRouter, hasNoContent, type Route } from './routes.js';
import { sofaDocuments } from './sofa-documents.js';
import { readVariables } from './variables.js';
import { fieldsAbsentWhenNull, type RestContext } from './view.js';

interface Parts {
  /** The schema as `restView` shows it. */
  readonly view: GraphQLSchema;
  readonly routes: readonly Route[];
  /** Executes an operation of the view through the plugins that GraphQL's operations run through. */
  readonly execute: (operation: Operation, context: RestContext) => Promise<ExecutionResult>;
  readonly createContext: (exchange: Exchange) => Context;
}

/** Everything about a route that does not depend on a request. */
interface Endpoint {
  readonly operation: RestOperation;
  readonly headers: DeprecationHeaders;
  readonly guarded: GuardedOperation;
  /** Fields of the response that are absent when they are null. */
  readonly absentWhenNull: readonly string[];
  documentFor(query: URLSearchParams): DocumentNode;
}

/** The result of an operation: as the view shows it, and as its resolver returned it. */
interface Executed {
  readonly value: unknown;
  readonly source: unknown;
}

/**
 * Serves REST requests from a schema's REST view: Sofa makes the document of every route at start, and each request executes it.
 * @throws AppError from the returned function, for what REST refuses and for whatever a resolver throws.
 */
export async function createRestHandler(parts: Parts): Promise<(exchange: Exchange) => Promise<HttpResponse>> {
  const { view, routes, execute, createContext } = parts;
  const endpoints = await createEndpoints(view, routes);
  const findRoutes = createRouter(routes);

  return async (exchange) => {
    const { method, url } = exchange.request;
    // The URL's path has its dot segments resolved, as every router reads it.
    const entry = findRoutes(url.pathname);
    if (!entry) throw new AppError('NOT_FOUND');
    const allow = allowedMethods(entry);
    if (method === 'OPTIONS') return new HttpResponse(null, { status: 204, headers: { allow: allow.join(', ') } });
    const route = entry.get(method);
    if (!route) throw new AppError('METHOD_NOT_ALLOWED', { allow });
    const endpoint = endpoints.get(route) as Endpoint;
    const { field } = endpoint.operation;
    exchange.operations = [route.operation];
    exchange.extraHeaders = endpoint.headers;
    exchange.noStore = returnsTokens(field);
    const context = createContext(exchange);
    // Authentication is decided before validation: a stranger is not told what is wrong with the rest.
    authorize(field, context);
    const fault = csrfFault(exchange, endpoint.guarded);
    if (fault) throw fault;
    const query = readQuery(url, endpoint.operation.queryArgs);
    // Where `If-Match` is an argument, `readVariables` checks it.
    if (!endpoint.operation.ifMatch) checkIfMatch(exchange.request.headers);
    const variableValues = readVariables(endpoint.operation, exchange, query);
    const executed = await run({ schema: view, document: endpoint.documentFor(query), variableValues }, context);
    return formatSuccess(endpoint, exchange, query, executed);
  };

  async function run(operation: Operation, context: Context): Promise<Executed> {
    const rest: RestContext['rest'] = { source: undefined };
    const { data, errors } = await execute(operation, { rest, ...context });
    if (errors?.[0]) throw errors[0];
    const [value] = Object.values(data ?? {});
    // In REST a success is never null.
    if (value == null) throw new Error('a REST operation returned null');
    return { value, source: rest.source };
  }
}

async function createEndpoints(view: GraphQLSchema, routes: readonly Route[]): Promise<ReadonlyMap<Route, Endpoint>> {
  const documents = await sofaDocuments(view, routes);
  return new Map(
    routes.map((route) => {
      const operation = operationOf(view, route);
      const document = documents.get(route.operation) as DocumentNode;
      const documentFor = createOmitFields({ ...operation, document });
      const { field } = operation;
      const guarded = guardedOperation([field], route.method !== 'GET');
      const absentWhenNull = fieldsAbsentWhenNull(field.type);
      return [route, { operation, documentFor, guarded, absentWhenNull, headers: deprecationHeaders(field) }];
    }),
  );
}

function formatSuccess(
  { operation: { route }, absentWhenNull }: Endpoint,
  { request }: Exchange,
  query: URLSearchParams,
  { value, source }: Executed,
): HttpResponse {
  // RFC 9110 §6.4.1: a 202 has content, if only of no length.
  if (hasNoContent(route)) return new HttpResponse(route.status === 204 ? null : '', { status: route.status });
  const headers: Record<string, string> = { 'content-type': 'application/json; charset=utf-8' };
  if (route.hasEtag) {
    headers.etag = etagOf(source);
    if (route.method === 'GET' && evaluatePreconditions(request.headers, headers.etag))
      return new HttpResponse(null, { status: 304, headers: { etag: headers.etag } });
  }
  if (route.location) headers.location = `${route.location.prefix}${(value as Record<string, unknown>)[route.location.field]}`;
  const link = route.hasPages && linkHeader(route.path, query, source as PageResult);
  if (link) headers.link = link;
  const body = absentWhenNull.length > 0 ? withoutNulls(value as Record<string, unknown>, absentWhenNull) : value;
  return new HttpResponse(JSON.stringify(body), { status: route.status, headers });
}

const withoutNulls = (value: Record<string, unknown>, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).filter(([name, each]) => each !== null || !names.includes(name)));
