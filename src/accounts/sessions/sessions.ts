import { randomBytes } from 'node:crypto';
import { AppError } from '../../core/errors.js';
import type { InvalidTokenReason } from '../../core/identity.js';
import { auditFields, type ClientInfo } from '../../core/request-context.js';
import type { Viewer } from '../../core/viewer.js';
import type { Database, Queries } from '../../db/database.js';
import type { Logger } from '../../log/log.js';
import type { VerifiedAccount } from '../passwords/store.js';
import { digestOf, type Tokens } from '../tokens/tokens.js';
import { findReused, isTokenUnused, rotate } from './refresh-token-store.js';
import type { SessionCache } from './session-cache.js';
import {
  deleteOtherSessions,
  deleteSession,
  deleteSessionsOf,
  insertSession,
  type NewSession,
  type OpenSession,
} from './store.js';

/** A session and its current refresh token. */
interface RefreshedSession extends OpenSession {
  readonly refreshToken: string;
}

/** The sessions of all users. */
export interface Sessions {
  /** Creates a session without storing it: signup stores it together with the account. */
  newSession(userId: string, client: Pick<ClientInfo, 'userAgent'>): NewSession;
  /**
   * Opens a session.
   * @param queries the transaction that it is part of.
   * @returns undefined when the password has changed since it was verified, or the account was deleted.
   */
  open(queries: Queries, account: VerifiedAccount, client: Pick<ClientInfo, 'userAgent'>): Promise<OpenSession | undefined>;
  /** Whether a session is live and its first refresh token unused: whether the tokens of its sign-in work. */
  isUnused(queries: Queries, sessionId: string): Promise<boolean>;
  /**
   * Exchanges a refresh token for its successor (RFC 9700 §4.14.2). A replay ends the session.
   * @throws AppError `UNAUTHENTICATED`, with the reason as for access tokens.
   */
  rotate(refreshToken: string, client: ClientInfo): Promise<RefreshedSession>;
  end(queries: Queries, viewer: Viewer): Promise<void>;
  /** Ends a session of a user, all when none is named. @returns how many. */
  revoke(queries: Queries, userId: string, sessionId?: string): Promise<number>;
  /** Ends the other sessions of the viewer. @returns how many. */
  revokeOthers(queries: Queries, viewer: Viewer): Promise<number>;
}

interface Parts {
  readonly db: Database;
  readonly log: Logger;
  readonly tokens: Tokens;
  readonly cache: SessionCache;
  /** Life of a session from its sign-in; refreshing does not extend it. */
  readonly ttlSeconds: number;
}

/** Creates the sessions over the tables `sessions` and `refresh_tokens`. */
export function createSessions({ db, log, tokens, cache, ttlSeconds }: Parts): Sessions {
  function markEnded(ids: readonly string[]): number {
    cache.markEnded(ids);
    return ids.length;
  }

  function newSession(userId: string, { userAgent }: Pick<ClientInfo, 'userAgent'>): NewSession {
    const sessionId = randomBytes(16).toString('hex');
    const endsAt = Math.floor(Date.now() / 1000) + ttlSeconds;
    return { userId, sessionId, digest: digestOf(tokens.initialRefreshToken(sessionId)), endsAt, userAgent };
  }

  return {
    newSession,
    open: async (queries, { userId, passwordHash }, client) => {
      const session = newSession(userId, client);
      const { sessionId, endsAt } = session;
      return (await insertSession(queries, session, passwordHash)) ? { userId, sessionId, endsAt } : undefined;
    },
    isUnused: (queries, sessionId) => isTokenUnused(queries, sessionId, digestOf(tokens.initialRefreshToken(sessionId))),
    rotate: async (refreshToken, client) => {
      const children = tokens.nextRefreshTokens(refreshToken);
      const digests = { parent: digestOf(refreshToken), children: children.map(digestOf) };
      const rotated = await rotate(db, digests);
      if (rotated) return { ...rotated, refreshToken: children[0] };
      const reused = await findReused(db, digests);
      if (!reused?.isLive) {
        const reason = reused ? 'expired' : 'invalid';
        log.warn(auditFields(client, { reason, sessionId: reused?.sessionId, userId: reused?.userId }), 'refresh-token.rejected');
        throw notValid(reason);
      }
      const { sessionId, userId, endsAt, childDigest } = reused;
      const child = children.find((token) => digestOf(token) === childDigest);
      if (child !== undefined) return { sessionId, userId, endsAt, refreshToken: child };
      markEnded(await deleteSession(db, sessionId));
      log.warn(auditFields(client, { sessionId, userId }), 'session.replayed');
      throw notValid('revoked');
    },
    end: async (queries, { sessionId }) => {
      cache.markEnded([sessionId]);
      markEnded(await deleteSession(queries, sessionId));
    },
    revoke: async (queries, userId, id) => markEnded(await deleteSessionsOf(queries, userId, id)),
    revokeOthers: async (queries, viewer) => markEnded(await deleteOtherSessions(queries, viewer)),
  };
}

const notValid = (reason: InvalidTokenReason) =>
  new AppError('UNAUTHENTICATED', { message: 'This refresh token is not valid.', details: { reason } });
