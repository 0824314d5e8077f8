import { auditFields, type RequestContext } from '../../core/request-context.js';
import { validate } from '../../core/validate.js';
import type { Database, Queries } from '../../db/database.js';
import type { Commit, RunOnce } from '../../idempotency/run.js';
import type { IdempotencyStore } from '../../idempotency/store.js';
import type { Logger } from '../../log/log.js';
import type { RateLimit } from '../../rate-limits/rate-limit.js';
import type { RateLimiters } from '../../rate-limits/rate-limiters.js';
import { emailTaken } from '../users/email.js';
import { isEmailTaken, updateUser } from '../users/store.js';
import type { AccountMails } from './mails.js';
import { tokenRejected } from './reset-password.js';
import { confirmEmailInput } from './rules.js';
import { deleteTokens, findToken, issueToken, takeToken } from './store.js';

/** Changes emails once their owner has confirmed them. */
export interface EmailChangeService {
  /** Whether a new email must be confirmed: when mail leaves this process. */
  readonly isConfirmed: boolean;
  /**
   * Counts a new email, whether or not it has an account: the answer tells which, and may send a mail to a stranger. To be called
   * before anything depends on the email.
   * @throws AppError `RATE_LIMITED`
   */
  consume(userId: string, newEmail: string): Promise<void>;
  /** Stores a new email until it is confirmed. @returns mails the token; to be called once it is stored. @throws AppError `CONFLICT` */
  request(queries: Queries, userId: string, newEmail: string): Promise<() => void>;
  /** @throws AppError `INVALID_CREDENTIALS`; `CONFLICT` when the email has an account meanwhile. */
  confirm(context: RequestContext, input: unknown): Promise<void>;
}

interface Parts {
  readonly db: Database;
  readonly runOnce: RunOnce;
  readonly idempotency: Pick<IdempotencyStore, 'deletePublic'>;
  readonly mails: AccountMails;
  readonly log: Logger;
  readonly rateLimiters: RateLimiters;
  /** New emails of one user, and those for one email. */
  readonly limit: RateLimit | undefined;
}

/** Creates the service over the table `one_time_tokens`. */
export function createEmailChangeService(parts: Parts): EmailChangeService {
  const { runOnce, mails, rateLimiters, limit } = parts;
  const perUser = rateLimiters.fixedWindow('email-change-user', limit);
  const perEmail = rateLimiters.fixedWindow('email-change-email', limit);
  return {
    isConfirmed: mails.isConnected,
    consume: async (userId, newEmail) => {
      await perUser.consume(userId);
      await perEmail.consume(newEmail);
    },
    request: async (queries, userId, newEmail) => {
      if (await isEmailTaken(queries, newEmail, userId)) throw emailTaken();
      const token = await issueToken(queries, { userId }, 'email-change', newEmail);
      return () => mails.emailChange({ userId, email: newEmail }, token);
    },
    confirm: async (context, input) => {
      const payload = validate(confirmEmailInput, input);
      const ownerOf = ({ userId }: { userId: string }) => userId;
      const work = (commit: Commit) => confirm(parts, context, commit, payload.token);
      await runOnce(context, 'confirmEmail', payload, work, { ownerOf, isAtomic: true });
    },
  };
}

async function confirm(
  { db, idempotency, mails, log }: Parts,
  { client }: RequestContext,
  commit: Commit,
  token: string,
): Promise<{ userId: string }> {
  const grant = await findToken(db, 'email-change', token);
  if (!grant?.newEmail) {
    log.warn(auditFields(client, {}), 'email-change.rejected');
    throw tokenRejected();
  }
  const { userId, email, newEmail } = grant;
  const result = await commit(async (queries) => {
    if ((await takeToken(queries, 'email-change', token)) !== userId) throw tokenRejected();
    if (!(await updateUser(queries, userId, { email: newEmail }))) throw tokenRejected();
    // A repeated sign-in must not hand out tokens for an email that no longer works.
    await idempotency.deletePublic(queries, userId);
    // Nor must a password reset that was mailed to the old address.
    await deleteTokens(queries, userId);
    return { userId };
  });
  log.info(auditFields(client, { userId }), 'email-change.completed');
  mails.emailChanged({ userId, email });
  return result;
}
