import type { GraphQLSchema } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { createApiTokens } from './accounts/api-tokens/api-tokens.js';
import { createAuthenticate } from './accounts/authenticate.js';
import { createIssuers } from './accounts/issuers/issuers.js';
import { createCredentials } from './accounts/passwords/credentials.js';
import { createRecovery } from './accounts/recovery/recovery.js';
import { SessionCookies } from './accounts/sessions/cookies.js';
import { createLastUse } from './accounts/sessions/last-use.js';
import { createSessionService } from './accounts/sessions/service.js';
import { createSessionCache } from './accounts/sessions/session-cache.js';
import { createSessions } from './accounts/sessions/sessions.js';
import { createAuthService } from './accounts/sign-in/service.js';
import { readSecrets } from './accounts/tokens/secret.js';
import { createTokens } from './accounts/tokens/tokens.js';
import { createUserService } from './accounts/users/service.js';
import type { Config } from './config.js';
import { readVersion } from './core/project.js';
import type { Database } from './db/database.js';
import { openDatabase } from './db/open-database.js';
import { createEngine } from './graphql/engine.js';
import { createGraphqlHandler } from './graphql/handler.js';
import { createHealthService } from './health/service.js';
import type { Exchange } from './http/exchange.js';
import { createRunOnce } from './idempotency/run.js';
import { createIdempotencyStore } from './idempotency/store.js';
import { createLogger, type Logger } from './log/log.js';
import { openApiDocument } from './openapi/document.js';
import { createPagesHandler } from './pages/handler.js';
import { createPages } from './pages/pages.js';
import { openRateLimiters, type RateLimiters } from './rate-limits/rate-limiters.js';
import { createRestHandler } from './rest/handler.js';
import { routes } from './rest/routes.js';
import { restView } from './rest/view.js';
import type { Context, Services } from './schema/context.js';
import { createExecutor } from './schema/executor.js';
import { schema as ownSchema } from './schema/root.js';
import { createOverload } from './server/overload.js';
import { createServer, type RequestServer } from './server/server.js';
import { createTaskService } from './tasks/service.js';

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
    ...{ identity: exchange.identity, client: exchange.client, services, prisma: db.prisma, memo: new Map() },
    idempotency: { field: exchange.request.headers.get('idempotency-key'), writes: 0 },
    cookies: new SessionCookies(exchange, csrfTokensOf),
    signal: () => exchange.request.signal,
  });

  const view = restView(schema, routes);
  const openapi = JSON.stringify(openApiDocument(view, routes, version));
  const engine = createEngine({ schema, execute: createExecutor(), hasIntrospection: config.explorer, log, plugins });
  const overload = createOverload({ maxDelayMs: config.overloadDelayMs, queue: db.queue, log });
  const server = createServer({
    ...{ config, log, ready: db.ready, overload, authenticate, csrfTokensOf, rateLimiters },
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

interface ServiceParts {
  readonly config: Config;
  readonly db: Database;
  readonly log: Logger;
  readonly secrets: readonly string[];
  readonly version: string;
  readonly rateLimiters: RateLimiters;
}

function createServices({ config, db, log, secrets, version, rateLimiters }: ServiceParts) {
  const { budgets } = config;
  const tokens = createTokens(secrets, config.accessTtlSeconds);
  const lastUse = createLastUse(db, 'sessions', log);
  const sessionCache = createSessionCache(db, lastUse.record);
  const sessions = createSessions({ db, log, tokens, cache: sessionCache, ttlSeconds: config.refreshTtlSeconds });
  const { issuedTokens, issuedUsers } = createIssuers({ config, db, log, secrets });
  const credentials = createCredentials({ db, log, rateLimiters, limit: budgets?.login });
  const idempotency = createIdempotencyStore(db, log);
  const mismatches = rateLimiters.fixedWindow('idempotency-mismatch', budgets?.login);
  const runOnce = createRunOnce({ db, store: idempotency, fingerprints: tokens.fingerprints, mismatches });
  const signups = rateLimiters.fixedWindow('signup', budgets?.signup);
  const refreshes = rateLimiters.fixedWindow('refresh', budgets?.refresh);
  const apiTokens = createApiTokens({ db, runOnce, tokens, log, timeoutMs: config.requestTimeoutMs });
  const { recovery, emailChanges, close } = createRecovery({
    ...{ config, db, log, runOnce, idempotency, credentials, sessions, rateLimiters },
    apiTokens: apiTokens.service,
  });
  const services: Services = {
    recovery,
    emailChanges,
    apiTokens: apiTokens.service,
    sessions: createSessionService({ db, runOnce, sessions, log }),
    auth: createAuthService({ db, runOnce, tokens, sessions, issuedUsers, credentials, signups, refreshes, log }),
    users: createUserService({
      ...{ db, runOnce, idempotency, credentials, sessions, sessionCache, issuedUsers, emailChanges, log },
      apiTokens: apiTokens.service,
    }),
    tasks: createTaskService(db, runOnce, log),
    health: createHealthService({ db, version, maxAgeMs: config.database.healthMaxAgeMs }),
  };
  const timeoutMs = config.requestTimeoutMs;
  const authenticate = createAuthenticate({ tokens, sessions: sessionCache, issuedTokens, issuedUsers, timeoutMs });
  return {
    services,
    authenticate: apiTokens.accept(authenticate),
    csrfTokensOf: tokens.csrfTokens,
    close: () => Promise.all([lastUse.close(), apiTokens.close(), close()]),
  };
}
