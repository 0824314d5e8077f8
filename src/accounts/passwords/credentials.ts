import { AppError } from '../../core/errors.js';
import { auditFields, type ClientInfo } from '../../core/request-context.js';
import type { Database, Queries } from '../../db/database.js';
import { isUniqueViolation } from '../../db/faults.js';
import type { User } from '../../generated/prisma/client.js';
import type { Logger } from '../../log/log.js';
import type { RateLimit } from '../../rate-limits/rate-limit.js';
import type { RateLimiters } from '../../rate-limits/rate-limiters.js';
import type { NewSession } from '../sessions/sessions.js';
import { emailTaken } from '../users/email.js';
import { hashPassword, isOutdated, passwordMatches } from './passwords.js';
import type { VerifiedAccount } from './verified-account.js';

/** An account as far as passwords go. */
export interface Account {
  readonly userId: string;
  readonly email: string;
  /** Undefined for an account without a password. */
  readonly passwordHash: string | undefined;
}

type FindAccount = () => Promise<Account | undefined>;

/** Checks passwords, in whatever operation, and limits the failures. */
export interface Credentials {
  /**
   * @param email the email of the attempt, also when it has no account.
   * @param findAccount looks the account up; called once the limits allow the attempt, so that attempts keep their order.
   * @returns the account, with the new hash after a re-hash.
   * @throws AppError `INVALID_CREDENTIALS`; `RATE_LIMITED` after too many failures.
   */
  verifyPassword(client: ClientInfo, email: string, findAccount: FindAccount, password: string): Promise<VerifiedAccount>;
  /** Logs that a password is not the account's, or no longer. @returns the error, `INVALID_CREDENTIALS`. */
  rejected(client: ClientInfo, userId: string | undefined): AppError;
  /** @returns undefined when the email has no account. */
  findByEmail(email: string): Promise<Account | undefined>;
  /** @returns undefined when the user has been deleted. */
  findById(userId: string): Promise<Account | undefined>;
}

/** An address may fail over all accounts as often as for this many. */
const accountsPerAddress = 10;
/** An account may fail from all addresses as often as from this many. */
const addressesPerAccount = 10;

interface Parts {
  readonly db: Database;
  readonly log: Logger;
  readonly rateLimiters: RateLimiters;
  /** Failures for one account from one address. */
  readonly limit: RateLimit | undefined;
}

/** Creates the check of passwords. */
export function createCredentials({ db, log, rateLimiters, limit }: Parts): Credentials {
  const perAccountAndAddress = rateLimiters.failures('login-account-address', limit);
  const perAccount = rateLimiters.failures('login-account', limit && { ...limit, points: limit.points * addressesPerAccount });
  const perAddress = rateLimiters.failures('login-address', limit && { ...limit, points: limit.points * accountsPerAddress });

  async function find(column: 'id' | 'email', value: string): Promise<Account | undefined> {
    const [row] = await db.query<{ userId: string; email: string; passwordHash: string | null }>(
      `SELECT id AS "userId", email, password_hash AS "passwordHash"
       FROM users LEFT JOIN credentials ON user_id = id WHERE ${column} = $1`,
      [value],
    );
    return row && { ...row, passwordHash: row.passwordHash ?? undefined };
  }

  const credentials: Credentials = {
    verifyPassword: async (client, email, findAccount, password) => {
      const { address } = client;
      let account: Account | undefined;
      const compare = async () => {
        account = await findAccount();
        return passwordMatches(password, account?.passwordHash);
      };
      const attempt = () => perAccountAndAddress.attempt(`${address} ${email}`, () => perAccount.attempt(email, compare));
      // The address first: beyond its limit, emails that a client makes up are counted nowhere.
      const succeeded = await perAddress.attempt(address, attempt).catch((error) => {
        if (error instanceof AppError && error.code === 'RATE_LIMITED') log.warn(auditFields(client, {}), 'credentials.limited');
        throw error;
      });
      if (!succeeded || account?.passwordHash === undefined) throw credentials.rejected(client, account?.userId);
      const { userId, passwordHash: compared } = account;
      if (!isOutdated(compared)) return { userId, passwordHash: compared };
      const passwordHash = await hashPassword(password);
      // Only while the hash is the one that was compared: the password may have changed meanwhile.
      const { count } = await db.prisma.credential.updateMany({
        where: { userId, passwordHash: compared },
        data: { passwordHash },
      });
      if (count > 0) return { userId, passwordHash };
      // A concurrent attempt re-hashed it, or the password changed.
      return credentials.verifyPassword(client, email, () => find('id', userId), password);
    },
    rejected: (client, userId) => {
      log.warn(auditFields(client, { userId }), 'credentials.rejected');
      return new AppError('INVALID_CREDENTIALS');
    },
    findByEmail: (email) => find('email', email),
    findById: (userId) => find('id', userId),
  };
  return credentials;
}

/** Stores a new account with its password and first session. @throws AppError `CONFLICT` when the email has an account. */
export async function createAccount(
  { prisma }: Queries,
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
