import type { Queries } from '../../db/database.js';
import { isMissingRow, isUniqueViolation } from '../../db/faults.js';
import type { User } from '../../generated/prisma/client.js';
import type { NewSession } from '../sessions/store.js';
import { emailTaken } from './email.js';

type Query = Pick<Queries, 'query'>;
type Prisma = Pick<Queries, 'prisma'>;

/** @returns null when the user has been deleted. */
export const findUser = ({ prisma }: Prisma, id: string): Promise<User | null> => prisma.user.findUnique({ where: { id } });

/** @returns the user of each id, which may come twice; undefined for one that has been deleted. */
export async function findUsers({ prisma }: Prisma, ids: readonly string[]): Promise<(User | undefined)[]> {
  const users = await prisma.user.findMany({ where: { id: { in: [...new Set(ids)] } } });
  const byId = new Map(users.map((user) => [user.id, user]));
  return ids.map((id) => byId.get(id));
}

/** Whether an email belongs to another account than that of a user. */
export async function isEmailTaken({ query }: Query, email: string, userId: string): Promise<boolean> {
  const others = await query('SELECT id FROM users WHERE email = $1 AND id <> $2', [email, userId]);
  return others.length > 0;
}

/** Stores a new account with its password and first session. @throws AppError `CONFLICT` when the email has an account. */
export async function createAccount(
  { prisma }: Prisma,
  { email, name }: { email: string; name: string },
  passwordHash: string,
  { userId, sessionId, digest, endsAt, userAgent }: NewSession,
): Promise<User> {
  const expiresAt = new Date(endsAt * 1000);
  const sessions = { create: { id: sessionId, expiresAt, userAgent: userAgent ?? null, refreshTokens: { create: { digest } } } };
  try {
    return await prisma.user.create({
      data: { id: userId, email, name, credential: { create: { passwordHash, createdWithAccount: true } }, sessions },
    });
  } catch (error) {
    throw isUniqueViolation(error) ? emailTaken() : error;
  }
}

/** What changes of a user; what is absent stays. */
export interface UserChanges {
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  /** The hash of a new password; the user has one already. */
  readonly passwordHash?: string | undefined;
}

/** @returns undefined when the user has been deleted. @throws AppError `CONFLICT` when the email has an account. */
export async function updateUser(
  { prisma }: Prisma,
  id: string,
  { name, email, passwordHash }: UserChanges,
): Promise<User | undefined> {
  const credential = passwordHash === undefined ? undefined : { update: { passwordHash } };
  // Prisma 7.10 returns null, against its type, when the row is deleted between the statements of a nested update.
  const updated: Promise<User | null> = prisma.user.update({ where: { id }, data: { name, email, credential } });
  const user = await updated.catch((error) => {
    if (isUniqueViolation(error)) throw emailTaken();
    if (isMissingRow(error)) return null;
    throw error;
  });
  return user ?? undefined;
}

/** What identifies the credentials of a user: the ids of the sessions, and the digests of the personal API tokens. */
interface CredentialKeys {
  readonly sessions: readonly string[];
  readonly digests: readonly string[];
}

/** @returns the keys of all credentials of a user, the expired ones too. */
export async function findCredentialKeys({ query }: Query, userId: string): Promise<CredentialKeys> {
  const [keys] = await query<CredentialKeys>(
    `SELECT ARRAY(SELECT id FROM sessions WHERE user_id = $1) AS sessions,
       ARRAY(SELECT digest FROM api_tokens WHERE user_id = $1) AS digests`,
    [userId],
  );
  return keys ?? { sessions: [], digests: [] };
}

/** Deletes the row of a user, and with it all rows that refer to it. */
export const deleteUserRow = ({ query }: Query, id: string): Promise<unknown> => query('DELETE FROM users WHERE id = $1', [id]);
