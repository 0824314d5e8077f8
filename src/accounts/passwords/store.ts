import { unauthenticated } from '../../core/identity.js';
import type { Queries } from '../../db/database.js';

/** An account as far as passwords go. */
export interface Account {
  readonly userId: string;
  readonly email: string;
  readonly name: string | null;
  /** Undefined for an account without a password. */
  readonly passwordHash: string | undefined;
}

/** An account whose password was verified. */
export interface VerifiedAccount {
  readonly userId: string;
  /** The hash that the password matches. It must still be stored when the write that the password allows commits. */
  readonly passwordHash: string;
}

/** @returns undefined when there is no such account. */
export async function findAccountBy(
  { query }: Pick<Queries, 'query'>,
  column: 'id' | 'email',
  value: string,
): Promise<Account | undefined> {
  const [row] = await query<{ userId: string; email: string; name: string | null; passwordHash: string | null }>(
    `SELECT id AS "userId", email, name, password_hash AS "passwordHash"
     FROM users LEFT JOIN credentials ON user_id = id WHERE ${column} = $1`,
    [value],
  );
  return row && { ...row, passwordHash: row.passwordHash ?? undefined };
}

/** Replaces the hash of a password that was compared with it. @returns whether it was still stored. */
export async function replaceHash(
  { prisma }: Pick<Queries, 'prisma'>,
  { userId, passwordHash: compared }: VerifiedAccount,
  passwordHash: string,
): Promise<boolean> {
  const { count } = await prisma.credential.updateMany({ where: { userId, passwordHash: compared }, data: { passwordHash } });
  return count > 0;
}

/** Stores the password of a user, the first one or another. */
export async function setPassword({ prisma }: Pick<Queries, 'prisma'>, userId: string, passwordHash: string): Promise<void> {
  await prisma.credential.upsert({ where: { userId }, create: { userId, passwordHash }, update: { passwordHash } });
}

/**
 * Locks the password of a user until the transaction ends: a change of it, a first one and a sign-in wait.
 * @param queries the transaction, which has written nothing yet.
 * @returns the hash; undefined for an account without a password.
 * @throws AppError `UNAUTHENTICATED` when the user has been deleted.
 */
export async function lockPassword({ query }: Queries, userId: string): Promise<string | undefined> {
  // In the order in which the deletion of a user and a sign-in lock the rows, so that none waits for the other forever. The user's
  // row also holds back a first password, which refers to it.
  const users = await query('SELECT id FROM users WHERE id = $1 FOR UPDATE', [userId]);
  if (users.length === 0) throw unauthenticated('revoked');
  // A statement after that lock: it sees what was committed while the lock was awaited.
  const [credential] = await query<{ passwordHash: string }>(
    'SELECT password_hash AS "passwordHash" FROM credentials WHERE user_id = $1 FOR UPDATE',
    [userId],
  );
  return credential?.passwordHash;
}
