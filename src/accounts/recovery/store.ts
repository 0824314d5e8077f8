import { randomBytes } from 'node:crypto';
import type { Queries } from '../../db/database.js';
import { digestOf } from '../tokens/tokens.js';

/** What a mailed token is for. */
export type Purpose = 'password-reset' | 'email-change';

/** Life of a token, in minutes. */
export const ttlMinutes = 30;

/** Whose token it was. */
export interface OneTimeGrant {
  readonly userId: string;
  /** The account's email. */
  readonly email: string;
  /** The account's name. */
  readonly name: string | null;
  /** The new email, for a change of it. */
  readonly newEmail: string | null;
}

/**
 * Makes a token that replaces the user's earlier one for the same purpose.
 * @param email the account's; when it has changed meanwhile the token is not stored, and its mail leads nowhere.
 * @returns the token, which is stored nowhere else.
 */
export async function issueToken(
  { query }: Pick<Queries, 'query'>,
  { userId, email }: { readonly userId: string; readonly email?: string },
  purpose: Purpose,
  newEmail?: string,
): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await query(
    `INSERT INTO one_time_tokens (user_id, purpose, digest, new_email, expires_at)
     SELECT id, $2, $3, $4, now() + make_interval(mins => ${ttlMinutes}) FROM users
     WHERE id = $1 AND ($5::text IS NULL OR email = $5)
     ON CONFLICT (user_id, purpose) DO UPDATE
       SET digest = excluded.digest, new_email = excluded.new_email, expires_at = excluded.expires_at`,
    [userId, purpose, digestOf(token), newEmail ?? null, email ?? null],
  );
  return token;
}

/** @returns whose token it is, without using it up; undefined for one that is unknown, used or expired. */
export async function findToken(
  { query }: Pick<Queries, 'query'>,
  purpose: Purpose,
  token: string,
): Promise<OneTimeGrant | undefined> {
  const [grant] = await query<OneTimeGrant>(
    `SELECT user_id AS "userId", email, name, new_email AS "newEmail" FROM one_time_tokens JOIN users ON users.id = user_id
     WHERE digest = $1 AND purpose = $2 AND expires_at > now()`,
    [digestOf(token), purpose],
  );
  return grant;
}

/** Uses a token up: of several requests with it, one succeeds. @returns whose it was. */
export async function takeToken({ query }: Queries, purpose: Purpose, token: string): Promise<string | undefined> {
  const [taken] = await query<{ userId: string }>(
    `DELETE FROM one_time_tokens WHERE digest = $1 AND purpose = $2 AND expires_at > now() RETURNING user_id AS "userId"`,
    [digestOf(token), purpose],
  );
  return taken?.userId;
}

/** Ends all tokens of a user: those that were mailed before a change of the email or the password must not work after it. */
export async function deleteTokens({ query }: Queries, userId: string): Promise<void> {
  await query('DELETE FROM one_time_tokens WHERE user_id = $1', [userId]);
}
