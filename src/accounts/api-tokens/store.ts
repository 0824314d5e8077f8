import type { Viewer } from '../../core/viewer.js';
import type { Database, Queries } from '../../db/database.js';
import type { Moment } from '../../db/moments.js';
import type { Scope } from './scopes.js';

/** A personal API token as its owner sees it. */
export interface ApiToken {
  readonly id: string;
  readonly name: string;
  /** Its first characters. */
  readonly prefix: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: Moment;
  /** Null before its first use; written at most once a minute. */
  readonly lastUsedAt: Moment | null;
  readonly expiresAt: Moment;
}

/** A token to be stored. */
export interface NewApiToken extends Pick<ApiToken, 'id' | 'name' | 'prefix' | 'scopes'> {
  readonly userId: string;
  readonly digest: string;
  readonly expiresAt: Date;
}

/** What authentication needs of a token. */
export interface ApiTokenGrant {
  readonly id: string;
  readonly userId: string;
  readonly scopes: readonly string[];
  /** By `performance.now`; may have passed. */
  readonly endsAt: number;
}

const columns = `id, name, prefix, scopes, created_at AS "createdAt", last_used_at AS "lastUsedAt", expires_at AS "expiresAt"`;

/** An expired token stays in its owner's list for 30 days. */
const listedSince = 'now() - make_interval(days => 30)';

/** @returns the tokens of a user, the newest first; of the expired ones those of the last 30 days. */
export const listApiTokens = ({ query }: Queries, userId: string): Promise<ApiToken[]> =>
  query<ApiToken>(
    `SELECT ${columns} FROM api_tokens WHERE user_id = $1 AND expires_at > ${listedSince}
     ORDER BY created_at DESC, id`,
    [userId],
  );

/**
 * Locks the row of a token's future owner, so that concurrent requests count each other's tokens, and then the row of the session,
 * so that its end waits for this transaction, or this transaction for its end. A token of another issuer has no such row.
 * @returns whether both exist, and the session is live.
 */
export async function lockOwner({ query }: Queries, { userId, sessionId, issued }: Viewer): Promise<boolean> {
  const owners = await query('SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE', [userId]);
  if (owners.length === 0 || issued) return owners.length > 0;
  const session = 'SELECT FROM sessions WHERE id = $1 AND user_id = $2 AND expires_at > now() FOR KEY SHARE';
  return (await query(session, [sessionId, userId])).length > 0;
}

/**
 * Stores a token unless its owner has too many, and deletes those that have been expired for long. `lockOwner` comes first.
 * @returns undefined when the owner has `max` tokens.
 */
export async function insertApiToken({ query }: Queries, token: NewApiToken, max: number): Promise<ApiToken | undefined> {
  const { id, userId, name, digest, prefix, scopes, expiresAt } = token;
  const [row] = await query<ApiToken>(
    `WITH expired AS (DELETE FROM api_tokens WHERE user_id = $2 AND expires_at <= ${listedSince})
     INSERT INTO api_tokens (id, user_id, name, digest, prefix, scopes, expires_at)
     SELECT $1, $2, $3, $4, $5, $6::text[], $7::timestamptz
     WHERE (SELECT count(*) FROM api_tokens WHERE user_id = $2 AND expires_at > ${listedSince}) < $8::int
     RETURNING ${columns}`,
    [id, userId, name, digest, prefix, scopes, expiresAt.toISOString(), max],
  );
  return row;
}

/** Deletes tokens. @returns the ids and digests of the deleted ones. */
export const deleteApiTokens = (
  { query }: Queries,
  condition: 'user_id = $1' | 'user_id = $1 AND id = $2',
  values: readonly string[],
): Promise<{ id: string; digest: string }[]> => query(`DELETE FROM api_tokens WHERE ${condition} RETURNING id, digest`, values);

/** Whether a token is stored with this digest. */
export async function hasApiToken({ query }: Queries, id: string, digest: string): Promise<boolean> {
  const rows = await query('SELECT id FROM api_tokens WHERE id = $1 AND digest = $2', [id, digest]);
  return rows.length > 0;
}

/** @returns the grant of each digest, `null` where there is no such token. */
export const findGrantsIn =
  (db: Pick<Database, 'query'>) =>
  async (digests: readonly string[]): Promise<(ApiTokenGrant | null)[]> => {
    const since = performance.now();
    const rows = await db.query<Omit<ApiTokenGrant, 'endsAt'> & { digest: string; lifeMs: number }>(
      `SELECT digest, id, user_id AS "userId", scopes, (extract(epoch FROM expires_at - now()) * 1000)::float8 AS "lifeMs"
       FROM api_tokens WHERE digest = ANY($1::text[])`,
      [digests],
    );
    const byDigest = new Map(rows.map(({ digest, lifeMs, ...grant }) => [digest, { ...grant, endsAt: since + lifeMs }]));
    return digests.map((digest) => byDigest.get(digest) ?? null);
  };
