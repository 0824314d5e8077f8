import { inputError } from '../../core/errors.js';
import { unauthenticated } from '../../core/identity.js';
import type { SignedInContext } from '../../core/request-context.js';
import type { Queries } from '../../db/database.js';
import type { Credentials } from '../passwords/credentials.js';
import { type Account, lockPassword } from '../passwords/store.js';
import { isPersonal, passwordIsPersonal } from '../rules.js';
import type { UpdateMe } from './rules.js';

const currentPasswordMissing = () =>
  inputError('VALIDATION_ERROR', [
    { field: 'currentPassword', error: 'Current password is required to change email or password' },
  ]);

const passwordMissing = () =>
  inputError('VALIDATION_ERROR', [{ field: 'password', error: 'Password is required to delete the account' }]);
const noPassword = () =>
  inputError('VALIDATION_ERROR', [
    { field: 'newPassword', error: 'The account has no password: set the first one by a password reset' },
  ]);

async function findAccount(credentials: Credentials, { viewer }: SignedInContext): Promise<Account> {
  const account = await credentials.findById(viewer.userId);
  if (!account) throw unauthenticated('revoked');
  return account;
}

/**
 * Refuses the write whose password has changed since it was verified. Until the transaction ends, the password stays as it is.
 * @param queries the transaction, which has written nothing yet.
 * @throws AppError `INVALID_CREDENTIALS`; `UNAUTHENTICATED` when the user has been deleted.
 */
export type RequireSamePassword = (queries: Queries) => Promise<void>;

const requireSamePassword =
  (credentials: Credentials, { client, viewer }: SignedInContext, verified: string | undefined): RequireSamePassword =>
  async (queries) => {
    const current = await lockPassword(queries, viewer.userId);
    if (current !== verified) throw credentials.logRejected(client, viewer.userId);
  };

/**
 * Confirms the deletion of an account. One without a password needs no confirmation.
 * @returns the check to start the transaction with.
 * @throws AppError `VALIDATION_ERROR` when the password is missing; as `Credentials.verifyPassword`.
 */
export async function verifyDeletion(
  credentials: Credentials,
  context: SignedInContext,
  password: string | undefined,
): Promise<RequireSamePassword> {
  const account = await findAccount(credentials, context);
  if (account.passwordHash === undefined) return requireSamePassword(credentials, context, undefined);
  if (password === undefined) throw passwordMissing();
  const verified = await credentials.verifyPassword(context.client, account.email, async () => account, password);
  return requireSamePassword(credentials, context, verified.passwordHash);
}

/**
 * Confirms the change of an email or a password.
 * @returns the check to start the transaction with.
 * @throws AppError `VALIDATION_ERROR` when the password is missing, the account has none to change, or the new one is its email or name; as
 * `Credentials.verifyPassword`.
 */
export async function verifyChange(
  credentials: Credentials,
  context: SignedInContext,
  changes: UpdateMe,
): Promise<RequireSamePassword> {
  const account = await findAccount(credentials, context);
  if (account.passwordHash === undefined && changes.newPassword !== undefined) throw noPassword();
  if (changes.currentPassword === undefined) throw currentPasswordMissing();
  const { currentPassword, newPassword, email, name } = changes;
  if (newPassword !== undefined && isPersonal(newPassword, account.email, account.name, email, name))
    throw inputError('VALIDATION_ERROR', [{ field: 'newPassword', error: passwordIsPersonal }]);
  const verified = await credentials.verifyPassword(context.client, account.email, async () => account, currentPassword);
  return requireSamePassword(credentials, context, verified.passwordHash);
}
