import type { Viewer } from '../../core/viewer.js';
import type { Queries } from '../../db/database.js';
import type { Moment } from '../../db/moments.js';

/** Sessions in one list: those that were used last. */
export const maxListed = 100;

/** A session that is open. */
export interface OpenSession extends Viewer {
  /** In seconds since the epoch. */
  readonly endsAt: number;
}

/** A session before it is stored. */
export interface NewSession extends OpenSession {
  /** The digest of its first refresh token. */
  readonly digest: string;
  readonly userAgent: string | undefined;
}

/** A session as its user sees it. */
export interface SessionInfo {
  readonly id: string;
  readonly createdAt: Moment;
  /** Written at most once a minute. */
  readonly lastUsedAt: Moment;
  /** Of the sign-in; null when the client did not send it. */
  readonly userAgent: string | null;
  /** Whether the request that lists it belongs to it. */
  readonly current: boolean;
}

/** What authentication needs of a session. */
export interface LiveSession {
  readonly userId: string;
  /** By `performance.now`. */
  readonly endsAt: number;
}

type Query = Pick<Queries, 'query'>;

/** Stores a session unless the password has changed since it was verified. @returns whether it is stored. */
export async function insertSession({ query }: Query, session: NewSession, passwordHash: string): Promise<boolean> {
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
  return rows.length > 0;
}

/** @returns each session, `null` for one that has ended. */
export async function findLiveSessions({ query }: Query, ids: readonly string[]): Promise<(LiveSession | null)[]> {
  const since = performance.now();
  const rows = await query<{ id: string; userId: string; lifeMs: number }>(
    `SELECT id, user_id AS "userId", (extract(epoch FROM expires_at - now()) * 1000)::float8 AS "lifeMs"
     FROM sessions WHERE id = ANY($1::text[]) AND expires_at > now()`,
    [ids],
  );
  const byId = new Map(rows.map(({ id, userId, lifeMs }) => [id, { userId, endsAt: since + lifeMs }]));
  return ids.map((id) => byId.get(id) ?? null);
}

/** @returns the live sessions of a user: the current one, then the others by their last use. */
export const listSessions = ({ query }: Query, userId: string, currentId: string): Promise<SessionInfo[]> =>
  query<SessionInfo>(
    `SELECT id, created_at AS "createdAt", last_used_at AS "lastUsedAt", user_agent AS "userAgent", id = $2 AS current
     FROM sessions WHERE user_id = $1 AND expires_at > now()
     ORDER BY id = $2 DESC, last_used_at DESC, id LIMIT ${maxListed}`,
    [userId, currentId],
  );

async function deleteWhere({ query }: Query, condition: string, values: readonly unknown[]): Promise<string[]> {
  const rows = await query<{ id: string }>(`DELETE FROM sessions WHERE ${condition} RETURNING id`, values);
  return rows.map(({ id }) => id);
}

/** @returns the ids of the deleted sessions. */
export const deleteSession = (queries: Query, id: string): Promise<string[]> => deleteWhere(queries, 'id = $1', [id]);

/** Deletes a session of a user, all when none is named. @returns the ids of the deleted sessions. */
export const deleteSessionsOf = (queries: Query, userId: string, id?: string): Promise<string[]> =>
  deleteWhere(queries, 'user_id = $1 AND ($2::text IS NULL OR id = $2)', [userId, id ?? null]);

/** Deletes the sessions of a user except one. @returns the ids of the deleted sessions. */
export const deleteOtherSessions = (queries: Query, { userId, sessionId }: Viewer): Promise<string[]> =>
  deleteWhere(queries, 'user_id = $1 AND id <> $2', [userId, sessionId]);

/**
 * Writes that credentials were used now, unless that was written less than `minAgeSeconds` ago: of several processes that saw a use,
 * one writes it. Rows that another transaction has locked are left out: nobody waits, and no two processes wait for each other.
 * @param table has the columns `id` and `last_used_at`.
 */
export const writeLastUse = (
  { query }: Query,
  table: 'sessions' | 'api_tokens',
  ids: readonly string[],
  minAgeSeconds: number,
): Promise<unknown> =>
  query(
    `UPDATE ${table} SET last_used_at = now() WHERE id IN (
       SELECT id FROM ${table} WHERE id = ANY($1::text[])
         AND (last_used_at IS NULL OR last_used_at < now() - make_interval(secs => ${minAgeSeconds}))
       FOR NO KEY UPDATE SKIP LOCKED)`,
    [ids],
  );
