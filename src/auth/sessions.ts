import { randomBytes } from 'node:crypto';
import { AppError } from '../core/errors.js';
import type { Viewer } from '../core/viewer.js';
import type { Database, Queries } from '../db/database.js';
import type { Logger } from '../log/log.js';
import { createLiveSessions, type LiveSessions } from './live-sessions.js';
import { digestOf, type Tokens } from './tokens.js';

/** How long the answer to a rotation may be asked for again, in seconds. */
const graceSeconds = 10;

/** A session as its owner's client holds it. */
interface OpenSession extends Viewer {
  readonly refreshToken: string;
}

/** The sign-ins that are alive. */
export interface Sessions extends LiveSessions {
  /** A session to be, with the digest of its first refresh token; `auth/service.ts` writes it with the account. */
  draft(userId: string): Viewer & { digest: string; ttlSeconds: number };
  /** @param queries the transaction that it is part of. */
  open(queries: Queries, userId: string): Promise<Viewer>;
  /**
   * Exchanges a refresh token for its child (RFC 9700 §4.14.2). A replay ends the session.
   * @throws AppError `UNAUTHENTICATED`
   */
  rotate(refreshToken: string): Promise<OpenSession>;
  end(queries: Queries, viewer: Viewer): Promise<void>;
  /** Ends a person's other sessions. */
  endOthers(queries: Queries, viewer: Viewer): Promise<void>;
}

/**
 * @param ttlSeconds life of a session, from its sign-in; refreshing does not lengthen it.
 */
export function createSessions(db: Database, tokens: Tokens, log: Logger, ttlSeconds: number): Sessions {
  const live = createLiveSessions(db);

  async function endWhere({ query }: Queries, condition: string, values: readonly unknown[]): Promise<void> {
    const rows = await query<{ id: string }>(`DELETE FROM sessions WHERE ${condition} RETURNING id`, values);
    live.forget(rows.map((row) => row.id));
  }

  function draft(userId: string) {
    const sessionId = randomBytes(16).toString('hex');
    return { userId, sessionId, digest: digestOf(tokens.firstOf(sessionId)), ttlSeconds };
  }

  return {
    ...live,
    draft,
    open: async (queries, userId) => {
      const { sessionId, digest } = draft(userId);
      // Those that are over go in the same statement.
      await queries.query(
        `WITH swept AS (DELETE FROM sessions WHERE user_id = $2 AND expires_at <= now()),
           opened AS (INSERT INTO sessions (id, user_id, expires_at) VALUES ($1, $2, now() + make_interval(secs => $3)) RETURNING id)
         INSERT INTO refresh_tokens (digest, session_id) SELECT $4, id FROM opened`,
        [sessionId, userId, ttlSeconds, digest],
      );
      return { userId, sessionId };
    },
    rotate: (refreshToken) => rotate(db, log, endWhere, refreshToken, tokens.childOf(refreshToken)),
    end: (queries, { sessionId }) => {
      live.forget([sessionId]);
      return endWhere(queries, 'id = $1', [sessionId]);
    },
    endOthers: (queries, { userId, sessionId }) => endWhere(queries, 'user_id = $1 AND id <> $2', [userId, sessionId]),
  };
}

async function rotate(
  db: Database,
  log: Logger,
  endWhere: (queries: Queries, condition: string, values: readonly unknown[]) => Promise<void>,
  parent: string,
  child: string,
): Promise<OpenSession> {
  const digests = [digestOf(parent), digestOf(child)];
  // One statement: of several that bring the same token, the row's lock lets one through.
  const [rotated] = await db.query<Viewer>(
    `WITH used AS (
       UPDATE refresh_tokens SET used_at = now() FROM sessions
       WHERE digest = $1 AND used_at IS NULL AND sessions.id = session_id AND expires_at > now()
       RETURNING session_id, user_id),
     child AS (INSERT INTO refresh_tokens (digest, session_id) SELECT $2, session_id FROM used)
     SELECT session_id AS "sessionId", user_id AS "userId" FROM used`,
    digests,
  );
  if (rotated) return { ...rotated, refreshToken: child };
  const [replayed] = await db.query<Viewer & { live: boolean; answerable: boolean }>(
    `SELECT sessions.id AS "sessionId", user_id AS "userId", expires_at > now() AS live,
       COALESCE(parent.used_at > now() - make_interval(secs => $3) AND child.used_at IS NULL AND child.digest IS NOT NULL, false) AS answerable
     FROM refresh_tokens AS parent JOIN sessions ON sessions.id = parent.session_id
     LEFT JOIN refresh_tokens AS child ON child.digest = $2
     WHERE parent.digest = $1`,
    [...digests, graceSeconds],
  );
  if (!replayed?.live) throw new AppError('UNAUTHENTICATED', { message: 'This refresh token is not valid.' });
  const { sessionId, userId } = replayed;
  if (replayed.answerable) return { sessionId, userId, refreshToken: child };
  await endWhere(db, 'id = $1', [sessionId]);
  log.warn({ audit: 'session.replay', sessionId, userId }, 'a used refresh token came back: session ended');
  throw new AppError('UNAUTHENTICATED', { message: 'This refresh token is not valid.' });
}
