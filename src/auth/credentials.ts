import type { Budget } from '../core/budget.js';
import { createLimiter } from '../core/budget.js';
import { AppError } from '../core/errors.js';
import type { Database } from '../db/database.js';
import type { Logger } from '../log/log.js';
import { hashPassword, isOutdated, passwordMatches } from './passwords.js';

/** Where a request comes from, for budgets and the audit log. */
export interface Caller {
  readonly address: string;
}

/** Whose password is compared. */
interface Account {
  readonly userId: string;
  readonly passwordHash: string | undefined;
}

/** Proves people by their passwords, and counts the failures, in whatever operation they happen. */
export interface Credentials {
  /**
   * @param email what the account is called, also when there is none.
   * @throws AppError `INVALID_CREDENTIALS`, or `RATE_LIMITED` after too many failures.
   */
  prove(caller: Caller, email: string, account: Account | undefined, password: string): Promise<void>;
  /** @returns undefined when nobody has this email. */
  find(where: { email: string } | { id: string }): Promise<(Account & { email: string }) | undefined>;
}

/** How many accounts' worth of failures one address has over all accounts. */
const accountsPerAddress = 10;

export function createCredentials(db: Database, log: Logger, budget: Budget | undefined): Credentials {
  const perAccount = createLimiter(budget);
  const perAddress = createLimiter(budget && { ...budget, points: budget.points * accountsPerAddress });
  return {
    prove: async ({ address }, email, account, password) => {
      // Spent before the work and given back on success: many tries at once do not slip through.
      const key = `${address} ${email}`;
      await perAddress.spend(address);
      await perAccount.spend(key);
      if (!(await passwordMatches(password, account?.passwordHash))) {
        log.warn({ audit: 'credentials.refused', userId: account?.userId, address }, 'wrong email or password');
        throw new AppError('INVALID_CREDENTIALS');
      }
      await Promise.all([perAddress.refund(address), perAccount.refund(key)]);
      if (account?.passwordHash && isOutdated(account.passwordHash)) {
        const passwordHash = await hashPassword(password);
        await db.prisma.credential.update({ where: { userId: account.userId }, data: { passwordHash } });
      }
    },
    find: async (where) => {
      const [[column, value]] = Object.entries(where) as [['id' | 'email', string]];
      const [found] = await db.query<{ userId: string; email: string; passwordHash: string | null }>(
        `SELECT id AS "userId", email, password_hash AS "passwordHash"
         FROM users LEFT JOIN credentials ON user_id = id WHERE ${column} = $1`,
        [value],
      );
      return found && { ...found, passwordHash: found.passwordHash ?? undefined };
    },
  };
}
