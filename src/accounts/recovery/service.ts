import pLimit from 'p-limit';
import { auditFields, type ClientInfo, type RequestContext } from '../../core/request-context.js';
import { validate } from '../../core/validate.js';
import type { Commit, RunOnce } from '../../idempotency/run.js';
import type { RateLimit } from '../../rate-limits/rate-limit.js';
import type { RateLimiters } from '../../rate-limits/rate-limiters.js';
import type { Credentials } from '../passwords/credentials.js';
import { type ResetParts, resetPassword } from './reset-password.js';
import { forgotPasswordInput, resetPasswordInput } from './rules.js';
import { issueToken } from './store.js';

/** Sets a new password for a user who lost theirs or never had one. */
export interface RecoveryService {
  /** Mails a token when the email has an account. The response and its time never tell. @throws AppError `RATE_LIMITED` */
  forgotPassword(context: RequestContext, input: unknown): Promise<void>;
  /**
   * Sets the password, and ends all sessions and personal API tokens.
   * @throws AppError `INVALID_CREDENTIALS` for a token that is unknown, used or expired; `VALIDATION_ERROR`
   */
  resetPassword(context: RequestContext, input: unknown): Promise<void>;
  /** Waits for what runs in the background. */
  close(): Promise<void>;
}

/** What the service needs. */
export interface RecoveryParts extends ResetParts {
  readonly runOnce: RunOnce;
  readonly credentials: Pick<Credentials, 'findByEmail'>;
  readonly rateLimiters: RateLimiters;
  /** Requests for one account. */
  readonly limit: RateLimit | undefined;
}

/** One address may ask for so many accounts. */
const accountsPerAddress = 10;
/** Requests that wait for their mail to be made; further ones are dropped. */
const maxWaiting = 500;

/** Creates the service over the table `one_time_tokens`. */
export function createRecoveryService(parts: RecoveryParts): RecoveryService {
  const { runOnce, rateLimiters, limit, log } = parts;
  const perAddress = rateLimiters.fixedWindow('reset-address', limit && { ...limit, points: limit.points * accountsPerAddress });
  const perAccount = rateLimiters.fixedWindow('reset-account', limit);
  // What depends on the account happens after the response, so that its time does not tell.
  const background = pLimit(2);
  const inFlight = new Set<Promise<void>>();

  function start(client: ClientInfo, email: string): void {
    const { requestId } = client;
    if (background.pendingCount >= maxWaiting) {
      log.warn({ requestId }, 'password-reset.dropped');
      return;
    }
    const run = background(() => mailToken(parts, perAccount.consume, client, email))
      .catch((err) => log.error({ requestId, err }, 'password-reset.failed'))
      .finally(() => inFlight.delete(run));
    inFlight.add(run);
  }

  return {
    forgotPassword: async (context, input) => {
      const payload = validate(forgotPasswordInput, input);
      await runOnce(context, 'forgotPassword', payload, async (commit) => {
        await perAddress.consume(context.client.address);
        const accepted = await commit(async () => true);
        start(context.client, payload.email);
        return accepted;
      });
    },
    resetPassword: async (context, input) => {
      const payload = validate(resetPasswordInput, input);
      const ownerOf = ({ userId }: { userId: string }) => userId;
      const work = (commit: Commit) => resetPassword(parts, context, commit, payload);
      // The token is used up together with the change of the password and the end of the sessions.
      await runOnce(context, 'resetPassword', payload, work, { ownerOf, isAtomic: true });
    },
    close: async () => {
      await Promise.all(inFlight);
    },
  };
}

async function mailToken(
  { db, credentials, mails, log }: RecoveryParts,
  consume: (email: string) => Promise<unknown>,
  client: ClientInfo,
  email: string,
): Promise<void> {
  const account = await credentials.findByEmail(email);
  // Counted by the email, whether or not it has an account; beyond, no mail is sent.
  const isLimited = await consume(email).then(
    () => false,
    () => true,
  );
  log.info(auditFields(client, { userId: account?.userId, isLimited }), 'password-reset.requested');
  if (!account || isLimited) return;
  mails.passwordReset(account, await issueToken(db, account, 'password-reset'), client.requestId);
}
