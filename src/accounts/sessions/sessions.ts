import { randomBytes } from 'node:crypto';
import { AppError } from '../../core/errors.js';
import type { InvalidTokenReason } from '../../core/identity.js';
import { auditFields, type ClientInfo } from '../../core/request-context.js';
import type { Viewer } from '../../core/viewer.js';
import type { Database, Queries } from '../../db/database.js';
import type { Logger } from '../../log/log.js';
import { digestOf, type Tokens } from '../tokens/tokens.js';
import type { SessionCache } from './session-cache.js';

/** How long after its use a refresh token returns its successor again (a lost response, a race), in seconds. */
const graceSeconds = 10;

/** A session and its current refresh token. */
interface RefreshedSession extends Viewer {
  readonly refreshToken: string;
}

/** A session before it is stored. */
export interface NewSession extends Viewer {
  /** The digest of its first refresh token. */
  readonly digest: string;
  readonly ttlSeconds: number;
  readonly userAgent: string | undefined;
}

/** The sessions of all users. */
export interface Sessions {
  /** Creates a session without storing it: signup stores it together with the account. */
  newSession(userId: string, client: Pick<ClientInfo, 'userAgent'>): NewSession;
  /** Opens a session. @param queries the transaction that it is part of. */
  open(queries: Queries, userId: string, client: Pick<ClientInfo, 'userAgent'>): Promise<Viewer>;
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
    return { userId, sessionId, digest: digestOf(tokens.initialRefreshToken(sessionId)), ttlSeconds, userAgent };
  }

  return {
    newSession,
    open: (queries, userId, client) => insertSession(queries, newSession(userId, client)),
    isUnused: ({ query }, sessionId) => isTokenUnused(query, sessionId, digestOf(tokens.initialRefreshToken(sessionId))),
    rotate: async (refreshToken, client) => {
      const next = tokens.nextRefreshToken(refreshToken);
      const digests = { parent: digestOf(refreshToken), child: digestOf(next) };
      const rotated = await rotate(db, digests);
      if (rotated) return { ...rotated, refreshToken: next };
      const reused = await findReused(db, digests);
      if (!reused) throw notValid('invalid');
      const { sessionId, userId, isLive, inGracePeriod } = reused;
      if (!isLive) throw notValid('expired');
      if (inGracePeriod) return { sessionId, userId, refreshToken: next };
      await endWhere(db, 'id = $1', [sessionId]);
      log.warn(auditFields(client, { audit: 'session.replay', sessionId, userId }), 'session.replayed');
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

async function insertSession({ query }: Queries, session: NewSession): Promise<Viewer> {
  const { userId, sessionId, digest, ttlSeconds, userAgent } = session;
  // The same statement deletes the user's expired sessions.
  await query(
    `WITH expired AS (DELETE FROM sessions WHERE user_id = $2 AND expires_at <= now()),
       opened AS (
         INSERT INTO sessions (id, user_id, expires_at, user_agent) VALUES ($1, $2, now() + make_interval(secs => $3), $5) RETURNING id)
     INSERT INTO refresh_tokens (digest, session_id) SELECT $4, id FROM opened`,
    [sessionId, userId, ttlSeconds, digest, userAgent ?? null],
  );
  return { userId, sessionId };
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

interface RotationDigests {
  readonly parent: string;
  readonly child: string;
}

/** One statement: when several requests bring the same token, the row's lock lets one of them through. */
async function rotate(db: Database, { parent, child }: RotationDigests): Promise<Viewer | undefined> {
  const [rotated] = await db.query<Viewer>(
    `WITH used AS (
       UPDATE refresh_tokens SET used_at = now() FROM sessions
       WHERE digest = $1 AND used_at IS NULL AND sessions.id = session_id AND expires_at > now()
       RETURNING session_id, user_id),
     child AS (INSERT INTO refresh_tokens (digest, session_id) SELECT $2, session_id FROM used)
     SELECT session_id AS "sessionId", user_id AS "userId" FROM used`,
    [parent, child],
  );
  return rotated;
}

async function findReused(db: Database, { parent, child }: RotationDigests) {
  const [reused] = await db.query<Viewer & { isLive: boolean; inGracePeriod: boolean }>(
    `SELECT sessions.id AS "sessionId", user_id AS "userId", expires_at > now() AS "isLive",
       COALESCE(parent.used_at > now() - make_interval(secs => $3) AND child.used_at IS NULL AND child.digest IS NOT NULL, false) AS "inGracePeriod"
     FROM refresh_tokens AS parent JOIN sessions ON sessions.id = parent.session_id
     LEFT JOIN refresh_tokens AS child ON child.digest = $2
     WHERE parent.digest = $1`,
    [parent, child, graceSeconds],
  );
  return reused;
}
