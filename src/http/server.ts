import type { GraphQLSchema } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import type { Sessions } from '../auth/sessions.js';
import type { Tokens } from '../auth/tokens.js';
import type { Config } from '../config.js';
import type { Logger } from '../core/log.js';
import type { PrismaClient } from '../generated/prisma/client.js';
import { useArmor, useNoIntrospection } from '../graphql/limits.js';
import type { Pages } from '../pages/pages.js';
import { usePages } from '../pages/use-pages.js';
import type { RestHandler } from '../rest/handler.js';
import type { Context, Services } from '../schema/context.js';
import type { Execute } from '../schema/executor.js';
import { createDocumentCache } from './document-cache.js';
import { beginExchange, exchangeOf, type ServerContext } from './exchange.js';
import { LightResponse } from './light-fetch.js';
import { createPipeline, type Handler } from './pipeline.js';
import { useAccessLog } from './use-access-log.js';
import { useBody } from './use-body.js';
import { useBudget } from './use-budget.js';
import { useCaller } from './use-caller.js';
import { useCors } from './use-cors.js';
import { createJudge, useGraphqlOperation } from './use-graphql-operation.js';
import { useGraphqlRequest } from './use-graphql-request.js';
import { createWord, useGraphqlResult } from './use-graphql-result.js';
import { useHeaders } from './use-headers.js';
import { useIdentity } from './use-identity.js';
import { useKnownDocuments } from './use-known-documents.js';
import { useRequestId } from './use-request-id.js';
import { useRest } from './use-rest.js';
import { withTimeLimit } from './use-time-limit.js';

/** What the server is made of. */
export interface ServerParts {
  readonly config: Config;
  readonly log: Logger;
  readonly schema: GraphQLSchema;
  /** Executes GraphQL's operations, and REST's. */
  readonly execute: Execute;
  readonly rest: RestHandler;
  readonly pages: Pages;
  readonly services: Services;
  readonly prisma: PrismaClient;
  readonly sessions: Sessions;
  readonly tokens: Tokens;
}

/** The server: one ordered list of plugins, in the order of a request's life, for both styles. */
export function createServer(parts: ServerParts): Handler {
  const { config, log, schema, execute, rest, pages, services, prisma, sessions, tokens } = parts;
  const contextOf = (request: Request): Context => {
    const { identity, caller, idempotencyKey } = exchangeOf(request);
    const idempotency = { field: idempotencyKey, writes: 0 };
    return { identity, caller, idempotency, services, prisma, memo: new Map() };
  };
  const cache = createDocumentCache();
  const judge = createJudge(schema);
  const word = createWord(log);
  const timeLimitMs = config.requestTimeoutMs;
  const plugins: Plugin<object, ServerContext>[] = [
    // identify
    useRequestId(),
    useCaller(config.trustedProxies),
    useIdentity(tokens.accessKey, sessions, timeLimitMs),
    // protect
    useHeaders(),
    useCors(config.corsOrigins),
    useBudget(config.budgets),
    useBody(),
    // answer
    // Yoga's own executor answers fields in the order they finish (@graphql-tools/executor 2.0); the specification's
    // section 7.2.2 wants the order of the document.
    { onExecute: ({ setExecuteFn }) => setExecuteFn(execute) },
    usePages(pages),
    useRest(rest, contextOf, timeLimitMs),
    useGraphqlRequest(),
    useKnownDocuments({ schema, documents: cache.documentCache, judge, execute, word, contextOf, timeLimitMs }),
    useArmor() as Plugin<object, ServerContext>,
    ...(config.explorer ? [] : [useNoIntrospection() as Plugin<object, ServerContext>]),
    useGraphqlOperation(judge),
    useGraphqlResult(word),
    // observe
    useAccessLog(log),
  ];
  const yoga = createYoga<ServerContext, Context>({
    schema,
    plugins: plugins.map(({ onRequest, onResponse, ...others }) => others),
    context: ({ request }) => contextOf(request),
    // Each of these would answer, or stand in the way, before the list above has its say.
    cors: false,
    graphiql: false,
    landingPage: false,
    maskedErrors: false,
    maxRequestBodySize: false,
    multipart: false,
    parserAndValidationCache: cache,
    healthCheckEndpoint: '/yoga-health-check-is-not-used',
    logging: { debug: quiet, info: quiet, warn: quiet, error: (...words: unknown[]) => log.error({ words }, 'graphql-yoga') },
  });
  /** GraphQL that nobody has executed yet. */
  const askYoga = async (asked: Request): Promise<LightResponse> => {
    const exchange = exchangeOf(asked);
    const { method } = asked;
    // What was read of the body, and not the body: it holds no more than GraphQL over HTTP knows.
    const body = exchange.params && JSON.stringify(exchange.params);
    const request = new yoga.fetchAPI.Request(asked.url, { method, headers: headersFor(asked), body });
    beginExchange(request, exchange);
    const response = await withTimeLimit(Promise.resolve(yoga.fetch(request, {})), timeLimitMs);
    return new LightResponse(await response.text(), { status: response.status, headers: Object.fromEntries(response.headers) });
  };
  return { ...createPipeline(plugins, askYoga, yoga.fetchAPI, log), dispose: async () => yoga.dispose() };
}

/** What Yoga reads of a request's header; it knows JSON in this one spelling (graphql-yoga 5.24). */
const headersFor = ({ headers }: Request): Record<string, string> => ({
  'content-type': 'application/json',
  ...(headers.has('accept') ? { accept: headers.get('accept') as string } : {}),
});

const quiet = (): void => {};
