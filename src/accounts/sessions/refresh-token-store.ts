import type { Queries } from '../../db/database.js';
import type { OpenSession } from './store.js';

/** How long after its use a refresh token returns its successor again (a lost response, a race), in seconds. */
const graceSeconds = 10;

type Query = Pick<Queries, 'query'>;

/** Whether a session is live and a refresh token of it, by its digest, unused. */
export async function isTokenUnused({ query }: Query, sessionId: string, digest: string): Promise<boolean> {
  const rows = await query<{ id: string }>(
    `SELECT sessions.id FROM sessions JOIN refresh_tokens ON session_id = sessions.id
     WHERE sessions.id = $1 AND expires_at > now() AND digest = $2 AND used_at IS NULL`,
    [sessionId, digest],
  );
  return rows.length > 0;
}

/** The digests of a refresh token and of what follows it. */
interface RotationDigests {
  readonly parent: string;
  /** Of the successor, by each secret: the first is the current one's. */
  readonly children: readonly string[];
}

const endsAtColumn = `floor(extract(epoch FROM expires_at))::float8 AS "endsAt"`;

/**
 * Marks a refresh token as used and stores its successor. One statement: when several requests bring the same token, the row's
 * lock lets one of them through.
 * @returns undefined when the token was used before, or there is no live session with it.
 */
export async function rotate({ query }: Query, { parent, children }: RotationDigests): Promise<OpenSession | undefined> {
  const [rotated] = await query<OpenSession>(
    `WITH used AS (
       UPDATE refresh_tokens SET used_at = now() FROM sessions
       WHERE digest = $1 AND used_at IS NULL AND sessions.id = session_id AND expires_at > now()
       RETURNING session_id, user_id, expires_at),
     child AS (INSERT INTO refresh_tokens (digest, session_id) SELECT $2, session_id FROM used)
     SELECT session_id AS "sessionId", user_id AS "userId", ${endsAtColumn} FROM used`,
    [parent, children[0]],
  );
  return rotated;
}

/** @returns the session of a used token, and the digest of its child while a request may be answered with it again. */
export async function findReused({ query }: Query, { parent, children }: RotationDigests) {
  const [reused] = await query<OpenSession & { isLive: boolean; childDigest: string | null }>(
    `SELECT sessions.id AS "sessionId", user_id AS "userId", ${endsAtColumn}, expires_at > now() AS "isLive",
       CASE WHEN parent.used_at > now() - make_interval(secs => $3) AND child.used_at IS NULL THEN child.digest END AS "childDigest"
     FROM refresh_tokens AS parent JOIN sessions ON sessions.id = parent.session_id
     LEFT JOIN refresh_tokens AS child ON child.digest = ANY($2::text[])
     WHERE parent.digest = $1`,
    [parent, children, graceSeconds],
  );
  return reused;
}
