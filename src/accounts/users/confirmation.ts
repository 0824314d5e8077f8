import { fieldError } from '../../core/errors.js';
import { unauthenticated } from '../../core/identity.js';
import type { SignedInContext } from '../../core/request-context.js';
import type { Account, Credentials } from '../passwords/credentials.js';
import { isEmailOf, passwordIsEmail } from '../rules.js';

const currentPasswordMissing = () =>
  fieldError('VALIDATION_ERROR', [
    { field: 'currentPassword', error: 'Current password is required to change email or password' },
  ]);

const passwordMissing = () =>
  fieldError('VALIDATION_ERROR', [{ field: 'password', error: 'Password is required to delete the account' }]);
const noPassword = () =>
  fieldError('VALIDATION_ERROR', [
    { field: 'newPassword', error: 'The account has no password: set the first one by a password reset' },
  ]);

async function findAccount(credentials: Credentials, { viewer }: SignedInContext): Promise<Account> {
  const account = await credentials.findById(viewer.userId);
  if (!account) throw unauthenticated('revoked');
  return account;
}

/**
 * Confirms the deletion of an account. One without a password needs no confirmation.
 * @throws AppError `VALIDATION_ERROR` when the password is missing; as `Credentials.verifyPassword`.
 */
export async function verifyDeletion(
  credentials: Credentials,
  context: SignedInContext,
  password: string | undefined,
): Promise<void> {
  const account = await findAccount(credentials, context);
  if (account.passwordHash === undefined) return;
  if (password === undefined) throw passwordMissing();
  await credentials.verifyPassword(context.client, account.email, async () => account, password);
}

interface Changes {
  readonly email?: string | undefined;
  readonly currentPassword?: string | undefined;
  readonly newPassword?: string | undefined;
}

/**
 * Confirms the change of an email or a password.
 * @throws AppError `VALIDATION_ERROR` when the password is missing, the account has none to change, or the new one is its email; as
 * `Credentials.verifyPassword`.
 */
export async function verifyChange(credentials: Credentials, context: SignedInContext, changes: Changes): Promise<void> {
  const account = await findAccount(credentials, context);
  if (account.passwordHash === undefined && changes.newPassword !== undefined) throw noPassword();
  if (changes.currentPassword === undefined) throw currentPasswordMissing();
  if (changes.newPassword !== undefined && isEmailOf(changes.newPassword, account.email, changes.email))
    throw fieldError('VALIDATION_ERROR', [{ field: 'newPassword', error: passwordIsEmail }]);
  await credentials.verifyPassword(context.client, account.email, async () => account, changes.currentPassword);
}
