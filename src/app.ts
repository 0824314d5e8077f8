import type { GraphQLSchema } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { SessionCookies } from './accounts/sessions/cookies.js';
import { readSecrets } from './accounts/tokens/secret.js';
import type { Config } from './config.js';
import { readVersion } from './core/project.js';
import type { Database } from './db/database.js';
import { openDatabase } from './db/open-database.js';
import { createEngine } from './graphql/engine.js';
import { createGraphqlHandler } from './graphql/handler.js';
import type { Exchange } from './http/exchange.js';
import { createLogger, type Logger } from './log/log.js';
import { openApiDocument } from './openapi/document.js';
import { createPagesHandler } from './pages/handler.js';
import { createPages } from './pages/pages.js';
import { openRateLimiters } from './rate-limits/rate-limiters.js';
import { createRestHandler } from './rest/handler.js';
import { routes } from './rest/routes.js';
import { restView } from './rest/view.js';
import type { Context } from './schema/context.js';
import { createExecutor } from './schema/executor.js';
import { schema as ownSchema } from './schema/root.js';
import { createOverload } from './server/overload.js';
import { createServer, type RequestServer } from './server/server.js';
import { createServices } from './services.js';

/** The whole product without a socket. */
export interface App {
  readonly server: RequestServer;
  readonly log: Logger;
  /** Resolves when the database can be used; rejects with a StartError when it did not come up in time. */
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

/** Replaces what the configuration would open: for tests, and for a deployment's own plugins. */
export interface Overrides {
  readonly log?: Logger;
  readonly db?: Database;
  readonly schema?: GraphQLSchema;
  /** Envelop or Yoga plugins: they see every operation of both APIs. */
  readonly plugins?: readonly Plugin[];
}

/**
 * Composes the product: config → database → services → schema → server.
 * @throws StartError when the database or the data folder cannot be used.
 */
export async function createApp(config: Config, overrides: Overrides = {}): Promise<App> {
  const { schema = ownSchema, plugins } = overrides;
  const log = overrides.log ?? createLogger(config);
  const secrets = await readSecrets(config);
  const db = overrides.db ?? (await openDatabase(config, log));
  const version = await readVersion();

  const rateLimiters = await openRateLimiters(config.redisUrl, log);
  const { services, authenticate, csrfTokensOf, close } = createServices({ config, db, log, secrets, version, rateLimiters });
  const createContext = (exchange: Exchange): Context => ({
    identity: exchange.identity,
    client: exchange.client,
    services,
    prisma: db.prisma,
    memo: new Map(),
    idempotency: { field: exchange.request.headers.get('idempotency-key'), writes: 0 },
    cookies: new SessionCookies(exchange, csrfTokensOf),
    signal: () => exchange.request.signal,
  });

  const view = restView(schema, routes);
  const openapi = JSON.stringify(openApiDocument(view, routes, version));
  const engine = createEngine({ schema, execute: createExecutor(), hasIntrospection: config.explorer, log, plugins });
  const overload = createOverload({ maxDelayMs: config.overloadDelayMs, queue: db.queue, log });
  const server = createServer({
    config,
    log,
    ready: db.ready,
    overload,
    authenticate,
    csrfTokensOf,
    rateLimiters,
    graphql: createGraphqlHandler({ engine, createContext, log }),
    rest: await createRestHandler({ view, routes, execute: engine.execute, createContext }),
    pages: createPagesHandler(createPages({ explorer: config.explorer, version, openapi })),
  });
  return {
    server,
    log,
    ready: db.ready,
    close: async () => {
      for (const end of [overload.close, rateLimiters.close, engine.dispose, close, db.close]) await end();
    },
  };
}
