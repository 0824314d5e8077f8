import type { Config } from '../../config.js';
import type { Database } from '../../db/database.js';
import type { Logger } from '../../log/log.js';
import { createIssuedTokens, type IssuedTokens } from './issued-tokens.js';
import { createIssuedUsers, type IssuedUsers } from './issued-users.js';
import { createKeySet } from './key-set.js';

/** Other issuers: their tokens, and the accounts of the people whom they sign in. */
export interface Issuers {
  /** Undefined when no other issuer is trusted. */
  readonly issuedTokens: IssuedTokens | undefined;
  readonly issuedUsers: IssuedUsers;
}

interface Parts {
  readonly config: Pick<Config, 'issuers'>;
  readonly db: Database;
  readonly log: Logger;
  /** The secrets that are shared with issuers. */
  readonly secrets: readonly string[];
}

/** Creates what accepts the tokens of the configured issuers. */
export function createIssuers({ config, db, log, secrets }: Parts): Issuers {
  const { jwks } = config.issuers;
  const keySet = jwks && createKeySet(jwks.url, log);
  const issuedTokens = createIssuedTokens({ ...config.issuers, secrets, keySet });
  return { issuedTokens, issuedUsers: createIssuedUsers({ db, log, primaryIssuer: issuedTokens?.primaryIssuer }) };
}
