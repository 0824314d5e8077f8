import { AppError } from '../../core/errors.js';
import type { Identity } from '../../core/identity.js';
import { withTimeout } from '../../core/timeout.js';
import type { CredentialCache } from '../sessions/credential-cache.js';
import { digestOf } from '../tokens/tokens.js';
import { apiTokenPrefix, isApiToken } from './format.js';
import type { ApiTokenGrant } from './store.js';

/** Longer than any personal API token. */
const maxLength = 100;

/** Whether a bearer token is to be judged as a personal API token, well formed or not. */
export const looksLikeApiToken = (token: string): boolean => token.startsWith(apiTokenPrefix) && token.length <= maxLength;

interface Parts {
  /** By digest. */
  readonly cache: Pick<CredentialCache<ApiTokenGrant>, 'find'>;
  /** Records the use of a token, by its id. */
  readonly recordUse: (id: string) => void;
  /** The longest wait for a look-up, in milliseconds. */
  readonly timeoutMs: number;
}

/** Creates the authentication by personal API tokens. It never throws: whether an operation allows one is decided later. */
export function createApiTokenAuthenticate({ cache, recordUse, timeoutMs }: Parts): (token: string) => Promise<Identity> {
  return async (token) => {
    // The checksum spares the database what is not a token.
    if (!isApiToken(token)) return { kind: 'invalidToken', reason: 'invalid' };
    try {
      const cached = cache.find(digestOf(token));
      const grant = cached instanceof Promise ? await withTimeout(cached, timeoutMs, () => new AppError('TIMEOUT')) : cached;
      if (!grant) return { kind: 'invalidToken', reason: 'revoked' };
      if (grant.endsAt <= performance.now()) return { kind: 'invalidToken', reason: 'expired' };
      const { id, userId, scopes } = grant;
      recordUse(id);
      return { kind: 'authenticated', viewer: { userId, apiToken: { id, scopes } } };
    } catch (cause) {
      return { kind: 'unavailable', cause };
    }
  };
}
