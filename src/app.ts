import type { GraphQLSchema } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { createAuthenticate } from './auth/authenticate.js';
import { createCredentials } from './auth/credentials.js';
import { readSecret } from './auth/secret.js';
import { createAuthService } from './auth/service.js';
import { createSessions } from './auth/sessions.js';
import { createTokens } from './auth/tokens.js';
import type { Config } from './config.js';
import { readVersion } from './core/project.js';
import type { Database } from './db/database.js';
import { createLedger } from './db/ledger.js';
import { openDatabase } from './db/open-database.js';
import { createEngine } from './graphql/engine.js';
import { createGraphqlHandler } from './graphql/handler.js';
import { createHealthService } from './health/service.js';
import type { Exchange } from './http/exchange.js';
import { createLogger, type Logger } from './log/log.js';
import { openApiDocument } from './openapi/document.js';
import { createPagesHandler } from './pages/handler.js';
import { createPages } from './pages/pages.js';
import { createRestHandler } from './rest/handler.js';
import { routes } from './rest/routes.js';
import { restView } from './rest/view.js';
import type { Context, Services } from './schema/context.js';
import { createExecutor } from './schema/executor.js';
import { schema as ownSchema } from './schema/root.js';
import { createServer, type RequestServer } from './server/server.js';
import { createTaskService } from './tasks/service.js';
import { createUserService } from './users/service.js';

/** The whole product without a socket. */
export interface App {
  readonly server: RequestServer;
  readonly log: Logger;
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
  const secret = await readSecret(config);
  const db = overrides.db ?? (await openDatabase(config));
  const version = await readVersion();

  const tokens = createTokens(secret, config.accessTtlSeconds);
  const sessions = createSessions(db, tokens, log, config.refreshTtlSeconds);
  const credentials = createCredentials(db, log, config.budgets?.login);
  const { fingerprint } = tokens;
  const ledger = createLedger({ db, log, fingerprint, mismatchBudget: config.budgets?.login });
  const services: Services = {
    auth: createAuthService({ db, ledger, tokens, sessions, credentials, signupBudget: config.budgets?.signup }),
    users: createUserService({ db, ledger, credentials, sessions }),
    tasks: createTaskService(db, ledger, log),
    health: createHealthService(db, version),
  };
  const createContext = ({ identity, client, request }: Exchange): Context => {
    const idempotency = { field: request.headers.get('idempotency-key'), writes: 0 };
    return { identity, caller: client, idempotency, services, prisma: db.prisma, memo: new Map() };
  };

  const view = restView(schema, routes);
  const openapi = JSON.stringify(openApiDocument(view, routes, version));
  const engine = createEngine({ schema, execute: createExecutor(), hasIntrospection: config.explorer, log, plugins });
  const server = createServer({
    config,
    log,
    authenticate: createAuthenticate(tokens, sessions),
    graphql: createGraphqlHandler({ engine, createContext, log }),
    rest: await createRestHandler({ view, routes, execute: engine.execute, createContext }),
    pages: createPagesHandler(createPages({ explorer: config.explorer, version, openapi })),
  });
  return {
    server,
    log,
    close: async () => {
      await engine.dispose();
      await db.close();
    },
  };
}
