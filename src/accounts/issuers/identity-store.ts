import type { Database, Queries } from '../../db/database.js';

/** A person as an issuer knows them. */
export interface IdentityKey {
  readonly issuer: string;
  readonly subject: string;
}

/** What is stored of a person. */
export interface StoredIdentity {
  /** Null when the account has been deleted. */
  readonly userId: string | null;
  /** Whether the token was issued before an account of the person was deleted. */
  readonly isRefused: boolean;
}

type Query = Pick<Queries, 'query'>;

/** @param issuedAt of the token, in seconds since the epoch. */
export async function findIdentity(
  { query }: Query,
  { issuer, subject }: IdentityKey,
  issuedAt: number,
): Promise<StoredIdentity | undefined> {
  const [identity] = await query<StoredIdentity>(
    `SELECT user_id AS "userId", COALESCE(refused_until >= to_timestamp($3::float8), false) AS "isRefused"
     FROM user_identities WHERE issuer = $1 AND subject = $2`,
    [issuer, subject, issuedAt],
  );
  return identity;
}

/**
 * Binds an adopted account, whose id is the subject, to its issuer: one that signup did not make, and that has no identity yet.
 * @returns the user's id; undefined when there is no such account.
 */
export async function bindAdopted({ query }: Query, { issuer, subject }: IdentityKey): Promise<string | undefined> {
  const [bound] = await query<{ userId: string }>(
    `INSERT INTO user_identities (issuer, subject, user_id)
     SELECT $1, id, id FROM users LEFT JOIN credentials ON credentials.user_id = id
     WHERE id = $2 AND created_with_account IS NOT TRUE AND NOT EXISTS (SELECT FROM user_identities WHERE user_id = id)
     ON CONFLICT DO NOTHING RETURNING user_id AS "userId"`,
    [issuer, subject],
  );
  return bound?.userId;
}

/** @returns whose id it is: nobody's, that of an account that signup created, or another account's. */
export async function holderOf({ query }: Query, userId: string): Promise<'nobody' | 'signup' | 'other'> {
  const [holder] = await query<{ isSignup: boolean }>(
    `SELECT COALESCE(created_with_account, false) AS "isSignup"
     FROM users LEFT JOIN credentials ON credentials.user_id = id WHERE id = $1`,
    [userId],
  );
  if (!holder) return 'nobody';
  return holder.isSignup ? 'signup' : 'other';
}

/** The account of a person who is seen for the first time, or again after its deletion. */
interface NewUser {
  readonly id: string;
  readonly email: string;
  readonly name: string | undefined;
}

/**
 * Creates the account of a person. One statement: of concurrent requests one creates it, and the others wait for that one.
 * @returns the user's id; undefined when the id or the email has an account.
 */
export async function createUser(
  { query }: Query,
  { issuer, subject }: IdentityKey,
  { id, email, name }: NewUser,
): Promise<string | undefined> {
  const [created] = await query<{ userId: string }>(
    `WITH created AS (INSERT INTO users (id, email, name) VALUES ($3, $4, $5) ON CONFLICT DO NOTHING RETURNING id)
     INSERT INTO user_identities (issuer, subject, user_id) SELECT $1, $2, id FROM created
     ON CONFLICT (issuer, subject) DO UPDATE SET user_id = excluded.user_id RETURNING user_id AS "userId"`,
    [issuer, subject, id, email, name ?? null],
  );
  return created?.userId;
}

/** Refuses a token until it expires, and forgets those that have. @param expiresAt in seconds since the epoch. */
export async function revokeToken({ query }: Query, digest: string, expiresAt: number): Promise<void> {
  // Concurrent requests skip each other's expired rows.
  await query(
    `WITH expired AS (DELETE FROM revoked_tokens WHERE digest IN
       (SELECT digest FROM revoked_tokens WHERE expires_at <= now() LIMIT 1000 FOR UPDATE SKIP LOCKED))
     INSERT INTO revoked_tokens (digest, expires_at) VALUES ($1, to_timestamp($2::float8)) ON CONFLICT DO NOTHING`,
    [digest, expiresAt],
  );
}

/** A token whose person is looked up. */
export interface TokenKey extends IdentityKey {
  readonly issuedAt: number;
  readonly digest: string;
}

/** @returns the user of each token; null for one that was revoked, or whose account has been deleted since it was issued. */
export async function findUsersOfTokens(
  db: Pick<Database, 'query'>,
  tokens: readonly TokenKey[],
): Promise<({ userId: string } | null)[]> {
  const rows = await db.query<{ digest: string; userId: string }>(
    `SELECT token.digest, user_id AS "userId"
     FROM jsonb_to_recordset($1::jsonb) AS token (issuer text, subject text, "issuedAt" float8, digest text)
     JOIN user_identities USING (issuer, subject)
     WHERE user_id IS NOT NULL AND COALESCE(refused_until < to_timestamp("issuedAt"), true)
       AND NOT EXISTS (SELECT FROM revoked_tokens WHERE revoked_tokens.digest = token.digest)`,
    [JSON.stringify(tokens)],
  );
  const byDigest = new Map(rows.map(({ digest, userId }) => [digest, { userId }]));
  return tokens.map(({ digest }) => byDigest.get(digest) ?? null);
}
