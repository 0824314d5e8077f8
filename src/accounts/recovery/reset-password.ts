import type { z } from 'zod';
import { AppError, inputError } from '../../core/errors.js';
import { auditFields, type RequestContext } from '../../core/request-context.js';
import type { Database, Queries } from '../../db/database.js';
import type { Commit } from '../../idempotency/run.js';
import type { IdempotencyStore } from '../../idempotency/store.js';
import type { Logger } from '../../log/log.js';
import type { ApiTokenService } from '../api-tokens/service.js';
import { hashPassword } from '../passwords/passwords.js';
import { setPassword } from '../passwords/store.js';
import { isPersonal, passwordIsPersonal } from '../rules.js';
import type { Sessions } from '../sessions/sessions.js';
import type { AccountMails } from './mails.js';
import type { resetPasswordInput } from './rules.js';
import { deleteTokens, findToken, takeToken } from './store.js';

/** What a reset of a password touches. */
export interface ResetParts {
  readonly db: Database;
  readonly idempotency: Pick<IdempotencyStore, 'deletePublic'>;
  readonly sessions: Pick<Sessions, 'revoke'>;
  readonly apiTokens: Pick<ApiTokenService, 'revokeAll'>;
  readonly mails: AccountMails;
  readonly log: Logger;
}

/** The error of a mailed token that does not work. */
export const tokenRejected = (): AppError =>
  new AppError('INVALID_CREDENTIALS', { message: 'This token is not valid: it is unknown, used or expired.' });

/** Sets the password of the account that a token was mailed to. */
export async function resetPassword(
  parts: ResetParts,
  { client }: RequestContext,
  commit: Commit,
  { token, newPassword }: z.output<typeof resetPasswordInput>,
): Promise<{ userId: string }> {
  const { db, mails, log } = parts;
  const grant = await findToken(db, 'password-reset', token);
  if (!grant) {
    log.warn(auditFields(client, {}), 'password-reset.rejected');
    throw tokenRejected();
  }
  // The token stays valid: its owner chooses again.
  if (isPersonal(newPassword, grant.email, grant.name))
    throw inputError('VALIDATION_ERROR', [{ field: 'newPassword', error: passwordIsPersonal }]);
  const passwordHash = await hashPassword(newPassword);
  const { userId, email } = grant;
  const result = await commit((queries) => save(parts, queries, token, userId, passwordHash));
  log.info(auditFields(client, { userId }), 'password-reset.completed');
  mails.passwordChanged({ userId, email });
  return result;
}

async function save(
  { sessions, apiTokens, idempotency }: ResetParts,
  queries: Queries,
  token: string,
  userId: string,
  passwordHash: string,
): Promise<{ userId: string }> {
  // Of several requests with one token, the first deletes it.
  if ((await takeToken(queries, 'password-reset', token)) !== userId) throw tokenRejected();
  await setPassword(queries, userId, passwordHash);
  await deleteTokens(queries, userId);
  await sessions.revoke(queries, userId);
  await apiTokens.revokeAll(queries, userId);
  // A repeated sign-in must not hand out tokens for credentials that no longer work.
  await idempotency.deletePublic(queries, userId);
  return { userId };
}
