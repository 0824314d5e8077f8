import type { DocumentNode, ExecutionArgs, ExecutionResult, GraphQLSchema } from 'graphql';
import { useSofa } from 'sofa-api';
import { AppError } from '../core/errors.js';
import { type Context, viewerOf } from '../schema/context.js';
import type { Execute } from '../schema/executor.js';
import { isPublic } from '../schema/public-fields.js';
import type { TaskPage } from '../tasks/pages.js';
import { entityTagOf, isNotModified } from './conditions.js';
import { type DeprecationHeaders, deprecationHeaders } from './deprecation.js';
import { readQuery } from './input.js';
import { leaveOut } from './left-out.js';
import { pageLinks } from './links.js';
import { type Operation, operationOf } from './operation.js';
import { expectOutcome, type Outcome, outcomeOf } from './outcome.js';
import { type Match, placeOf, type Route, routes } from './routes.js';
import { checkedPath, type Given, givenBy, variablesOf } from './variables.js';

/** One REST request, as the transport hands it over. */
export interface RestCall {
  readonly request: Request;
  readonly url: URL;
  readonly body: Buffer | undefined;
  readonly identity: Context['identity'];
  /** The context that GraphQL has too. */
  readonly context: Context;
}

interface FetchAPI {
  readonly Request: typeof Request;
  readonly Response: typeof Response;
}

/** Answers REST requests from a schema's REST view. */
export interface RestHandler {
  /** Which operation a request is for. @throws AppError `NOT_FOUND`, `METHOD_NOT_ALLOWED`. */
  find(method: string, path: string): Match;
  /** The header fields of every answer of an operation, also of one that is no success. */
  notices(match: Match): Readonly<DeprecationHeaders>;
  /** @throws AppError for what REST itself refuses, and whatever a resolver threw. */
  answer(match: Match, call: RestCall, fetchAPI: FetchAPI): Promise<Response>;
}

/**
 * Sofa builds an operation for every route and executes it; what it cannot do alone stands around it here. What it
 * executed once is known: the requests that follow spare it a `Request`, a router and a `Response`.
 * @param view the schema as `restView` shows it.
 * @param execute how GraphQL's operations are executed.
 */
export function createRestHandler(view: GraphQLSchema, execute: Execute): RestHandler {
  const operations = new Map(Object.entries(routes).map(([name, route]) => [name, operationOf(view, name, route)]));
  const documents = new Map<string, DocumentNode>();
  const notices = new Map([...operations].map(([name, { field }]) => [name, deprecationHeaders(field)]));
  const sofa = useSofa({
    basePath: '/',
    schema: view,
    routes: Object.fromEntries(Object.entries(routes).map(([coordinate, route]) => [coordinate, sofaRoute(route)])),
    swaggerUI: { endpoint: false },
    openAPI: { endpoint: false },
    context: ({ outcome }: { outcome: Outcome }) => {
      expectOutcome(outcome.call.context, outcome);
      return outcome.call.context;
    },
    execute: async (args: ExecutionArgs) => {
      const outcome = outcomeOf(args.contextValue);
      outcome.document = args.document;
      return run({ ...args, document: outcome.wanted(args.document) }, outcome);
    },
    errorHandler: () => new Response(null, { status: 500 }),
  } as unknown as Parameters<typeof useSofa>[0]);

  async function run(args: ExecutionArgs, outcome: Outcome): Promise<ExecutionResult> {
    const result = await execute(args);
    outcome.error = result.errors?.[0];
    outcome.value = Object.values(result.data ?? {})[0];
    return result;
  }

  return {
    find,
    notices: ({ coordinate }) => notices.get(coordinate) ?? {},
    answer: async ({ coordinate, route }, call, fetchAPI) => {
      const operation = operations.get(coordinate) as Operation;
      // Who asks comes first: a stranger is not told what is wrong with the rest.
      if (!isPublic(operation.field)) viewerOf(call);
      const query = readQuery(call.url.searchParams, operation.queryArgs);
      const outcome: Outcome = { call, wanted: (document) => leaveOut(document, operation, query) };
      const given = givenBy(call, operation);
      const path = checkedPath(call.url.pathname);
      const document = documents.get(coordinate);
      if (document) {
        expectOutcome(call.context, outcome);
        const variableValues = variablesOf(operation, path, query, given);
        await run({ schema: view, document: outcome.wanted(document), contextValue: call.context, variableValues }, outcome);
      } else {
        await sofa.handleRequest(plainRequest(operation, `${path}?${query}`, given, fetchAPI), { outcome } as never);
        if (outcome.document) documents.set(coordinate, outcome.document);
      }
      if (outcome.error) throw outcome.error;
      // In REST a success is never null.
      if (outcome.value == null) throw new Error(`${coordinate} answered nothing`);
      return success(route, query, outcome, fetchAPI);
    },
  };
}

// Sofa answers 200 here, for it sends `null` and a length with a 204 (sofa-api 0.18).
const sofaRoute = ({ method, path }: Route) => ({ method, path: path.replaceAll(/\{(\w+)\}/g, ':$1'), responseStatus: 200 });

function find(method: string, path: string): Match {
  const place = placeOf(path);
  // Sofa mounts /webhook for everybody: what is not in the table never reaches it.
  if (!place) throw new AppError('NOT_FOUND');
  const match = place.get(method);
  if (match) return match;
  const methods = [...place.keys()];
  throw new AppError('METHOD_NOT_ALLOWED', { allow: [...methods, ...(place.has('GET') ? ['HEAD'] : []), 'OPTIONS'] });
}

/**
 * Sofa reads an argument from the path, else the query, else the body: this request holds nothing but what belongs
 * there, so that no query parameter can stand in for a body's field.
 */
function plainRequest({ route, input, ifMatch }: Operation, address: string, given: Given, fetchAPI: FetchAPI): Request {
  const body = input || ifMatch ? JSON.stringify(given) : undefined;
  return new fetchAPI.Request(`http://localhost${address}`, { method: route.method, body });
}

function success(route: Route, query: URLSearchParams, { call, value, source }: Outcome, fetchAPI: FetchAPI): Response {
  if (route.status === 204) return new fetchAPI.Response(null, { status: 204 });
  const headers: Record<string, string> = { 'content-type': 'application/json; charset=utf-8' };
  if (route.tagged) {
    headers.etag = entityTagOf(source);
    if (route.method === 'GET' && isNotModified(call.request.headers, headers.etag))
      return new fetchAPI.Response(null, { status: 304, headers: { etag: headers.etag } });
  }
  if (route.location) headers.location = `${route.location.prefix}${(value as Record<string, unknown>)[route.location.field]}`;
  if (route.paged) headers.link = pageLinks(route.path, query, source as TaskPage);
  return new fetchAPI.Response(JSON.stringify(value), { status: route.status, headers });
}
