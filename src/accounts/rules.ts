import { dictionary } from '@zxcvbn-ts/language-common';
import { text } from '../core/text.js';

const commonPasswords = new Set(dictionary['passwords-common']);
const maxPasswordLength = 128;

/** One form for passwords that look the same on every keyboard (NIST SP 800-63B §5.1.1.2), before their length counts. */
const form = 'NFKC';

/** A password to be set: 8 to 128 characters, and not one of those that attackers try first. */
export const newPassword = text('Password', { min: 8, max: maxPasswordLength, form }).refine(
  (value) => !commonPasswords.has(value.toLowerCase()),
  'Password is on a list of common passwords',
);

/** A password to be compared: bounded, because hashing takes time that grows with its length. */
export const currentPassword = text('Password', { max: maxPasswordLength, form });

/** Whether a new password is an email of its account, which attackers try first. */
export const isEmailOf = (password: string, ...emails: readonly (string | undefined)[]): boolean =>
  emails.includes(password.toLowerCase());

/** The error of a new password that `isEmailOf` finds to be an email of its account. */
export const passwordIsEmail = 'Password must not be the email';

/** The name of a user: 1 to 255 characters. */
export const name = text('Name', { min: 1, max: 255, trim: true });
