import { dictionary } from '@zxcvbn-ts/language-common';
import { z } from 'zod';
import { text } from '../core/text.js';
import { email, normalizeEmail } from './users/email.js';

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
export const passwordIsEmail = 'Password must not be the email';

/** The longest name of a user, in code points. */
export const maxNameLength = 255;
/** The name of a user: 1 to 255 characters. */
export const name = text('Name', { min: 1, max: maxNameLength, trim: true });

/** The input of `signup`. */
export const signupInput = z
  .object({ email, password: newPassword, name })
  .refine(({ password, email }) => !isEmailOf(password, email), { path: ['password'], message: passwordIsEmail });

/** The input of `login`. An email that is not valid has no account: the response is the same as for a wrong one. */
export const loginInput = z.object({
  email: text('Email', { max: 255 }).transform((value) => normalizeEmail(value) ?? value.trim().toLowerCase()),
  password: currentPassword,
});

/** The input of `refresh`. */
export const refreshInput = z.object({ refreshToken: text('Refresh token', { max: 1000 }) });
