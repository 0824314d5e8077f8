import { AppError } from '../../core/errors.js';
import { auditFields, type ClientInfo } from '../../core/request-context.js';
import type { Database } from '../../db/database.js';
import type { Logger } from '../../log/log.js';
import type { RateLimit } from '../../rate-limits/rate-limit.js';
import type { RateLimiters } from '../../rate-limits/rate-limiters.js';
import { hashPassword, isOutdated, passwordMatches } from './passwords.js';
import { type Account, findAccountBy, replaceHash, type VerifiedAccount } from './store.js';

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
  logRejected(client: ClientInfo, userId: string | undefined): AppError;
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
      if (!succeeded || account?.passwordHash === undefined) throw credentials.logRejected(client, account?.userId);
      const { userId, passwordHash: compared } = account;
      if (!isOutdated(compared)) return { userId, passwordHash: compared };
      const passwordHash = await hashPassword(password);
      // Only while the hash is the one that was compared: the password may have changed meanwhile.
      if (await replaceHash(db, { userId, passwordHash: compared }, passwordHash)) return { userId, passwordHash };
      // A concurrent attempt re-hashed it, or the password changed.
      return credentials.verifyPassword(client, email, () => credentials.findById(userId), password);
    },
    logRejected: (client, userId) => {
      log.warn(auditFields(client, { userId }), 'credentials.rejected');
      return new AppError('INVALID_CREDENTIALS', { message: 'Wrong email or password.' });
    },
    findByEmail: (email) => findAccountBy(db, 'email', email),
    findById: (userId) => findAccountBy(db, 'id', userId),
  };
  return credentials;
}
