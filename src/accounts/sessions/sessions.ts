import { randomBytes } from 'node:crypto';
import { AppError } from '../../core/errors.js';
import type { InvalidTokenReason } from '../../core/identity.js';
import { auditFields, type ClientInfo } from '../../core/request-context.js';
import type { Viewer } from '../../core/viewer.js';
import type { Database, Queries } from '../../db/database.js';
import type { Logger } from '../../log/log.js';
import type { VerifiedAccount } from '../passwords/verified-account.js';
import { digestOf, type Tokens } from '../tokens/tokens.js';
import { findReused, type OpenSession, rotate } from './rotation.js';
import type { SessionCache } from './session-cache.js';

/** A session and its current refresh token. */
interface RefreshedSession extends OpenSession {
  readonly refreshToken: string;
}

/** A session before it is stored. */
export interface NewSession extends OpenSession {
  /** The digest of its first refresh token. */
  readonly digest: string;
  readonly userAgent: string | undefined;
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
  async function endWhere({ query }: Queries, condition: string, values: readonly unknown[]): Promise<number> {
    const rows = await query<{ id: string }>(`DELETE FROM sessions WHERE ${condition} RETURNING id`, values);
    cache.markEnded(rows.map((row) => row.id));
    return rows.length;
  }

  function newSession(userId: string, { userAgent }: Pick<ClientInfo, 'userAgent'>): NewSession {
    const sessionId = randomBytes(16).toString('hex');
    const endsAt = Math.floor(Date.now() / 1000) + ttlSeconds;
    return { userId, sessionId, digest: digestOf(tokens.initialRefreshToken(sessionId)), endsAt, userAgent };
  }

  return {
    newSession,
    open: (queries, { userId, passwordHash }, client) => insertSession(queries, newSession(userId, client), passwordHash),
    isUnused: ({ query }, sessionId) => isTokenUnused(query, sessionId, digestOf(tokens.initialRefreshToken(sessionId))),
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
      await endWhere(db, 'id = $1', [sessionId]);
      log.warn(auditFields(client, { sessionId, userId }), 'session.replayed');
      throw notValid('revoked');
    },
    end: async (queries, { sessionId }) => {
      cache.markEnded([sessionId]);
      await endWhere(queries, 'id = $1', [sessionId]);
    },
    revoke: (queries, userId, id) => endWhere(queries, 'user_id = $1 AND ($2::text IS NULL OR id = $2)', [userId, id ?? null]),
    revokeOthers: (queries, { userId, sessionId }) => endWhere(queries, 'user_id = $1 AND id <> $2', [userId, sessionId]),
  };
}

async function insertSession({ query }: Queries, session: NewSession, passwordHash: string): Promise<OpenSession | undefined> {
  const { userId, sessionId, digest, endsAt, userAgent } = session;
  // A change of the password locks its row and then ends the sessions: it waits until this session is committed, or this statement
  // sees the new hash. The rows are locked in the order in which the deletion of a user locks them.
  // The same statement deletes the user's expired sessions.
  const rows = await query(
    `WITH expired AS (DELETE FROM sessions WHERE user_id = $2 AND expires_at <= now()),
       verified AS (
         SELECT user_id FROM users JOIN credentials ON user_id = users.id WHERE users.id = $2 AND password_hash = $6
         FOR KEY SHARE OF users FOR SHARE OF credentials),
       opened AS (
         INSERT INTO sessions (id, user_id, expires_at, user_agent)
         SELECT $1, user_id, to_timestamp($3::float8), $5 FROM verified RETURNING id)
     INSERT INTO refresh_tokens (digest, session_id) SELECT $4, id FROM opened RETURNING session_id`,
    [sessionId, userId, endsAt, digest, userAgent ?? null, passwordHash],
  );
  return rows.length > 0 ? { userId, sessionId, endsAt } : undefined;
}

async function isTokenUnused(query: Queries['query'], sessionId: string, digest: string): Promise<boolean> {
  const rows = await query<{ id: string }>(
    `SELECT sessions.id FROM sessions JOIN refresh_tokens ON session_id = sessions.id
     WHERE sessions.id = $1 AND expires_at > now() AND digest = $2 AND used_at IS NULL`,
    [sessionId, digest],
  );
  return rows.length > 0;
}

const notValid = (reason: InvalidTokenReason) =>
  new AppError('UNAUTHENTICATED', { message: 'This refresh token is not valid.', details: { reason } });
