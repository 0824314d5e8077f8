import type { GraphQLSchema } from 'graphql';
import { createCredentials } from './auth/credentials.js';
import { readSecret } from './auth/secret.js';
import { createAuthService } from './auth/service.js';
import { createSessions } from './auth/sessions.js';
import { createTokens } from './auth/tokens.js';
import type { Config } from './config.js';
import { createLogger, type Logger } from './core/log.js';
import { readVersion } from './core/project.js';
import { type Database, openDatabase } from './db/client.js';
import { createLedger } from './db/ledger.js';
import { createHealthService } from './health/service.js';
import type { Handler } from './http/pipeline.js';
import { createServer } from './http/server.js';
import { openApiDocument } from './openapi/document.js';
import { createPages } from './pages/pages.js';
import { createRestHandler } from './rest/handler.js';
import { routes } from './rest/routes.js';
import { restView } from './rest/view.js';
import { createExecutor } from './schema/executor.js';
import { schema as ownSchema } from './schema/root.js';
import { createTaskService } from './tasks/service.js';
import { createUserService } from './users/service.js';

/** The whole product without a port: what answers requests, and how to end it. */
export interface App {
  readonly handler: Handler;
  readonly log: Logger;
  close(): Promise<void>;
}

/** What a test puts in place of what the configuration would open. */
export interface Overrides {
  readonly log?: Logger;
  readonly db?: Database;
  readonly schema?: GraphQLSchema;
}

/**
 * Puts the product together: config → database → services → schema → handler.
 * @throws StartError when the database or the data folder cannot be used.
 */
export async function createApp(config: Config, overrides: Overrides = {}): Promise<App> {
  const { schema = ownSchema } = overrides;
  const log = overrides.log ?? createLogger(config);
  const secret = await readSecret(config);
  const db = overrides.db ?? (await openDatabase(config));
  const version = await readVersion();

  const tokens = createTokens(secret, config.accessTtlSeconds);
  const sessions = createSessions(db, tokens, log, config.refreshTtlSeconds);
  const credentials = createCredentials(db, log, config.budgets?.login);
  const { fingerprint } = tokens;
  const ledger = createLedger({ db, log, fingerprint, mismatchBudget: config.budgets?.login });
  const services = {
    auth: createAuthService({ db, ledger, tokens, sessions, credentials, signupBudget: config.budgets?.signup }),
    users: createUserService({ db, ledger, credentials, sessions }),
    tasks: createTaskService(db, ledger, log),
    health: createHealthService(db, version),
  };

  const view = restView(schema, routes);
  const openapi = JSON.stringify(openApiDocument(view, routes, version));
  const execute = createExecutor();
  const handler = createServer({
    config,
    log,
    schema,
    execute,
    rest: createRestHandler(view, execute),
    pages: createPages({ explorer: config.explorer, version, openapi }),
    services,
    prisma: db.prisma,
    sessions,
    tokens,
  });
  return {
    handler,
    log,
    close: async () => {
      await handler.dispose();
      await db.close();
    },
  };
}
