import { dictionary } from '@zxcvbn-ts/language-common';
import { z } from 'zod';
import { text } from '../core/text.js';
import { email, name } from '../users/rules.js';

const commonPasswords = new Set(dictionary['passwords-common']);
const longestPassword = 128;

/** One spelling for what looks the same on every keyboard (NIST SP 800-63B §5.1.1.2). */
const normalize = (password: string): string => password.normalize('NFKC');

/** A password to be set: 8 to 128 characters and none that attackers try first. */
export const newPassword = text('Password', { min: 8, max: longestPassword })
  .transform(normalize)
  .refine((value) => !commonPasswords.has(value.toLowerCase()), 'Password is on a list of common passwords');

/** A password to be compared: bounded, so that nobody has us hash a book. */
export const givenPassword = text('Password', { max: longestPassword }).transform(normalize);

/** What signing up takes. */
export const signupInput = z
  .object({ email, password: newPassword, name })
  .refine((input) => input.password.toLowerCase() !== input.email, {
    path: ['password'],
    message: 'Password must not be the email',
  });

/** What signing in takes. The email need not be well formed: that would only be another way to be wrong. */
export const loginInput = z.object({
  email: text('Email', { max: 255 }).transform((value) => value.toLowerCase()),
  password: givenPassword,
});

/** What refreshing takes. */
export const refreshInput = z.object({ refreshToken: text('Refresh token', { max: 1000 }) });
