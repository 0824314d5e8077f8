import { createApiTokens } from './accounts/api-tokens/api-tokens.js';
import { createAuthenticate } from './accounts/authenticate.js';
import { createIssuers } from './accounts/issuers/issuers.js';
import { createCredentials } from './accounts/passwords/credentials.js';
import { createRecovery } from './accounts/recovery/recovery.js';
import { createLastUse } from './accounts/sessions/last-use.js';
import { createSessionService } from './accounts/sessions/service.js';
import { createSessionCache } from './accounts/sessions/session-cache.js';
import { createSessions } from './accounts/sessions/sessions.js';
import { createAuthService } from './accounts/sign-in/service.js';
import { createTokens } from './accounts/tokens/tokens.js';
import { createUserService } from './accounts/users/service.js';
import type { Config } from './config.js';
import type { Database } from './db/database.js';
import { createHealthService } from './health/service.js';
import { createRunOnce } from './idempotency/run.js';
import { createIdempotencyStore } from './idempotency/store.js';
import type { Logger } from './log/log.js';
import type { RateLimiters } from './rate-limits/rate-limiters.js';
import type { Services } from './schema/context.js';
import { createTaskService } from './tasks/service.js';

interface ServiceParts {
  readonly config: Config;
  readonly db: Database;
  readonly log: Logger;
  readonly secrets: readonly string[];
  readonly version: string;
  readonly rateLimiters: RateLimiters;
}

/**
 * Composes the services over the database.
 * @returns the services; `authenticate`, which finds the identity of a request; `csrfTokensOf`, the CSRF tokens of a session; and
 *   `close`, which writes what waits.
 */
export function createServices({ config, db, log, secrets, version, rateLimiters }: ServiceParts) {
  const { rateLimits } = config;
  const tokens = createTokens(secrets, config.accessTtlSeconds);
  const lastUse = createLastUse(db, 'sessions', log);
  const sessionCache = createSessionCache(db, lastUse.record);
  const sessions = createSessions({ db, log, tokens, cache: sessionCache, ttlSeconds: config.refreshTtlSeconds });
  const { issuedTokens, issuedUsers } = createIssuers({ config, db, log, secrets });
  const credentials = createCredentials({ db, log, rateLimiters, limit: rateLimits?.login });
  const idempotency = createIdempotencyStore(db, log);
  const mismatches = rateLimiters.fixedWindow('idempotency-mismatch', rateLimits?.login);
  const runOnce = createRunOnce({ db, store: idempotency, fingerprints: tokens.fingerprints, mismatches });
  const signups = rateLimiters.fixedWindow('signup', rateLimits?.signup);
  const refreshes = rateLimiters.fixedWindow('refresh', rateLimits?.refresh);
  const timeoutMs = config.requestTimeoutMs;
  const personalTokens = createApiTokens({ db, runOnce, tokens, log, timeoutMs });
  const apiTokens = personalTokens.service;
  const shared = { db, log, runOnce, idempotency, credentials, sessions, apiTokens };
  const { recovery, emailChanges, close: closeRecovery } = createRecovery({ ...shared, config, rateLimiters });
  const services: Services = {
    recovery,
    emailChanges,
    apiTokens,
    sessions: createSessionService({ db, runOnce, sessions, log }),
    auth: createAuthService({ db, runOnce, tokens, sessions, issuedUsers, credentials, signups, refreshes, log }),
    users: createUserService({ ...shared, sessionCache, issuedUsers, emailChanges }),
    tasks: createTaskService(db, runOnce, log),
    health: createHealthService({ db, version, maxAgeMs: config.database.healthMaxAgeMs }),
  };
  const authenticate = createAuthenticate({ tokens, sessions: sessionCache, issuedTokens, issuedUsers, timeoutMs });
  return {
    services,
    authenticate: personalTokens.accept(authenticate),
    csrfTokensOf: tokens.csrfTokens,
    close: () => Promise.all([lastUse.close(), personalTokens.close(), closeRecovery()]),
  };
}
