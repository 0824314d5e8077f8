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

const comparable = (text: string): string => text.normalize(form).toLowerCase();

/**
 * Whether a new password is the email or the name of its account, or the part of the email before the `@`, which attackers try first.
 * @param texts emails and names of the account.
 */
export const isPersonal = (password: string, ...texts: readonly (string | null | undefined)[]): boolean =>
  texts.some((text) => text && [text, text.split('@')[0] ?? text].map(comparable).includes(comparable(password)));

/** The error of a new password that `isPersonal` refuses. */
export const passwordIsPersonal = 'Password must not be the email, the part before its @ or the name';

/** The longest name of a user, in code points. */
export const maxNameLength = 255;
/** The name of a user: 1 to 255 characters. */
export const name = text('Name', { min: 1, max: maxNameLength, trim: true });
