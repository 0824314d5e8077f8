import { AppError } from '../core/errors.js';
import type { Identity } from '../core/identity.js';
import { withTimeout } from '../core/timeout.js';
import type { Viewer } from '../core/viewer.js';
import type { SessionCache } from './sessions/session-cache.js';
import { createTokenCache } from './tokens/token-cache.js';
import type { Tokens } from './tokens/tokens.js';

/** Longer than any access token of ours: longer ones are not decoded. */
const maxTokenLength = 4096;

/**
 * Tells who a bearer token belongs to. It never throws: whether an operation needs a signed-in user is decided later.
 * @param token without the scheme, well formed or not.
 */
export type Authenticate = (token: string) => Promise<Identity>;

interface Parts {
  readonly tokens: Pick<Tokens, 'verifyAccess'>;
  readonly sessions: Pick<SessionCache, 'isLive'>;
  /** The longest wait for the look-up of a session, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Creates the authentication of both APIs: a verified signature, an expiration time in the future, and a live session that
 * belongs to the token's subject.
 */
export function createAuthenticate({ tokens, sessions, timeoutMs }: Parts): Authenticate {
  const cache = createTokenCache();

  function verify(token: string): Viewer | 'invalid' | 'expired' {
    const verified = token.length <= maxTokenLength ? tokens.verifyAccess(token) : undefined;
    if (!verified) return 'invalid';
    // RFC 7519 §4.1.4: a token must not be accepted on or after its expiration time.
    if (verified.expiresAt <= Math.floor(Date.now() / 1000)) return 'expired';
    cache.set(token, verified.viewer, verified.expiresAt);
    return verified.viewer;
  }

  return async (token) => {
    const viewer = cache.get(token) ?? verify(token);
    if (typeof viewer === 'string') return { kind: 'invalidToken', reason: viewer };
    try {
      const live = sessions.isLive(viewer);
      const isLive = typeof live === 'boolean' ? live : await withTimeout(live, timeoutMs, () => new AppError('TIMEOUT'));
      return isLive ? { kind: 'authenticated', viewer } : { kind: 'invalidToken', reason: 'revoked' };
    } catch (cause) {
      return { kind: 'unavailable', cause };
    }
  };
}
