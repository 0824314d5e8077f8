import type { Database } from '../../db/database.js';
import type { RunOnce } from '../../idempotency/run.js';
import type { Logger } from '../../log/log.js';
import type { Authenticate } from '../authenticate.js';
import { createCredentialCache } from '../sessions/credential-cache.js';
import { createLastUse } from '../sessions/last-use.js';
import type { Tokens } from '../tokens/tokens.js';
import { createApiTokenAuthenticate, looksLikeApiToken } from './authenticate.js';
import { type ApiTokenService, createApiTokenService } from './service.js';
import { findGrantsIn } from './store.js';

/** Personal API tokens: what manages them, and what accepts them. */
export interface ApiTokens {
  readonly service: ApiTokenService;
  /** Adds personal API tokens to the authentication by other bearer tokens. */
  accept(authenticate: Authenticate): Authenticate;
  /** Writes what waits to be written. */
  close(): Promise<void>;
}

interface Parts {
  readonly db: Database;
  readonly runOnce: RunOnce;
  readonly tokens: Pick<Tokens, 'apiTokenSecret'>;
  readonly log: Logger;
  /** The longest wait for a look-up, in milliseconds. */
  readonly timeoutMs: number;
}

/** Creates the personal API tokens over the table `api_tokens`. */
export function createApiTokens({ db, runOnce, tokens, log, timeoutMs }: Parts): ApiTokens {
  const cache = createCredentialCache(findGrantsIn(db), { notifications: db.notifications, channel: 'tandem_api_tokens' });
  const lastUse = createLastUse(db, 'api_tokens', log);
  const authenticateApiToken = createApiTokenAuthenticate({ cache, recordUse: lastUse.record, timeoutMs });
  return {
    service: createApiTokenService({ db, runOnce, tokens, cache, log }),
    accept: (authenticate) => (token, client) =>
      looksLikeApiToken(token) ? authenticateApiToken(token) : authenticate(token, client),
    close: lastUse.close,
  };
}
