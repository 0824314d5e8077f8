import { AppError } from '../core/errors.js';
import type { Identity, InvalidTokenReason } from '../core/identity.js';
import type { ClientInfo } from '../core/request-context.js';
import { withTimeout } from '../core/timeout.js';
import type { Viewer } from '../core/viewer.js';
import type { IssuedTokens } from './issuers/issued-tokens.js';
import type { IssuedUsers } from './issuers/issued-users.js';
import type { SessionCache } from './sessions/session-cache.js';
import { createTokenCache } from './tokens/token-cache.js';
import type { Tokens } from './tokens/tokens.js';

/** Longer than any access token of ours: longer ones are not decoded as one. */
const maxTokenLength = 4096;

/**
 * Tells who a bearer token belongs to. It never throws: whether an operation needs a signed-in user is decided later.
 * @param token without the scheme, well formed or not.
 * @param client where it comes from, for the audit log.
 */
export type Authenticate = (token: string, client: ClientInfo) => Promise<Identity>;

interface Parts {
  readonly tokens: Pick<Tokens, 'verifyAccess'>;
  readonly sessions: Pick<SessionCache, 'isLive'>;
  /** The tokens of other issuers; undefined when none is trusted. */
  readonly issuedTokens: IssuedTokens | undefined;
  readonly issuedUsers: Pick<IssuedUsers, 'admit' | 'isLive'>;
  /** The longest wait for a look-up, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Creates the authentication of both APIs. A token of ours needs a verified signature, an expiration time in the future, and a
 * live session that belongs to its subject; one of another issuer needs an account, and must not have been logged out.
 */
export function createAuthenticate({ tokens, sessions, issuedTokens, issuedUsers, timeoutMs }: Parts): Authenticate {
  const cache = createTokenCache();
  const pending = new Map<string, Promise<Viewer | InvalidTokenReason>>();

  function verifyWithSecrets(token: string): Viewer | InvalidTokenReason | undefined {
    const verified = token.length <= maxTokenLength ? tokens.verifyAccess(token) : undefined;
    if (!verified) return undefined;
    // RFC 7519 §4.1.4: a token must not be accepted on or after its expiration time.
    if (verified.expiresAt <= Math.floor(Date.now() / 1000)) return 'expired';
    cache.set(token, verified.viewer, verified.expiresAt);
    return verified.viewer;
  }

  async function verifyIssued(issuers: IssuedTokens, token: string, client: ClientInfo): Promise<Viewer | InvalidTokenReason> {
    const claims = await issuers.verify(token);
    const viewer = typeof claims === 'string' ? claims : await issuedUsers.admit(claims, client);
    if (typeof viewer !== 'string' && viewer.issued) cache.set(token, viewer, viewer.issued.expiresAt);
    return viewer;
  }

  /** Verifies a token of another issuer once for all requests that bring it at the same time. */
  function verifyOnce(issuers: IssuedTokens, token: string, client: ClientInfo): Promise<Viewer | InvalidTokenReason> {
    const running = pending.get(token);
    if (running) return running;
    const verified = verifyIssued(issuers, token, client).finally(() => pending.delete(token));
    pending.set(token, verified);
    return verified;
  }

  function cached(token: string): Viewer | undefined {
    const viewer = cache.get(token);
    // A token under a key that its issuer has withdrawn is verified again, and refused.
    return viewer?.issued && !issuedTokens?.isKeyTrusted(token) ? undefined : viewer;
  }

  const inTime = <T>(result: Promise<T> | T): Promise<T> | T =>
    result instanceof Promise ? withTimeout(result, timeoutMs, () => new AppError('TIMEOUT')) : result;

  return async (token, client) => {
    let userId: string | undefined;
    try {
      const verified = cached(token) ?? verifyWithSecrets(token);
      const viewer = verified ?? (issuedTokens ? await inTime(verifyOnce(issuedTokens, token, client)) : 'invalid');
      if (typeof viewer === 'string') return { kind: 'invalidToken', reason: viewer };
      userId = viewer.userId;
      const live = viewer.issued ? issuedUsers.isLive(viewer) : sessions.isLive(viewer);
      const isLive = typeof live === 'boolean' ? live : await inTime(live);
      return isLive ? { kind: 'authenticated', viewer } : { kind: 'invalidToken', reason: 'revoked' };
    } catch (cause) {
      return { kind: 'unavailable', userId, cause };
    }
  };
}
