import { domainToASCII } from 'node:url';
import { AppError } from '../../core/errors.js';
import { text } from '../../core/text.js';

/** The longest email, in its normalized form. */
export const maxEmailLength = 255;

// HTML's `input type=email` (html.spec.whatwg.org, "valid email address"), with dots only between atoms (RFC 5321 §4.1.2)
// and at least two labels in the domain.
const atom = "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+";
const localPart = `${atom}(?:\\.${atom})*`;
const domainOf = (edge: string, inner: string): string => {
  const label = `${edge}(?:${inner}{0,61}${edge})?`;
  return `${label}(?:\\.${label})+`;
};
const ascii = new RegExp(`^(${localPart})@(${domainOf('[a-z0-9]', '[a-z0-9-]')})$`, 'i');

/** The rule as JSON Schema can say it: a domain may hold any character beyond ASCII, and whitespace surround the whole. */
const anyLetter = '[^\\x00-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7f]';
const anyLetterOrHyphen = '[^\\x00-\\x2c\\x2e\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7f]';
const pattern = `^\\s*${localPart}@${domainOf(anyLetter, anyLetterOrHyphen)}\\s*$`;
const international = new RegExp(pattern, 'u');

/**
 * Brings an email to the form in which it is stored and compared: without surrounding whitespace, in lower case, the domain in
 * its ASCII form (RFC 5891 §4.4).
 * @returns undefined when the email is not valid.
 */
export function normalizeEmail(value: string): string | undefined {
  if (!international.test(value)) return undefined;
  const email = value.trim();
  const at = email.lastIndexOf('@');
  const domain = email.slice(at + 1);
  // An ASCII domain stays as it is: `domainToASCII` would read `1.2` as an IPv4 address.
  const normalized = `${email.slice(0, at)}@${/[^\0-\x7f]/.test(domain) ? domainToASCII(domain) : domain}`.toLowerCase();
  return ascii.test(normalized) && normalized.length <= maxEmailLength ? normalized : undefined;
}

/** A valid email of at most 255 characters, stored and returned in its normalized form. */
export const email = text('Email', { max: maxEmailLength, trim: true })
  .transform((value, context) => {
    const normalized = normalizeEmail(value);
    if (normalized === undefined) context.addIssue({ code: 'custom', message: 'Email must be a valid address' });
    return normalized ?? value;
  })
  .meta({ format: 'email', pattern });

/** An email to look up: in the form in which emails are stored. One that is not valid has no account, and is no error. */
export const lookupEmail = text('Email', { max: maxEmailLength }).transform(
  (value) => normalizeEmail(value) ?? value.trim().toLowerCase(),
);

/** An email belongs to one account. */
export const emailTaken = (): AppError =>
  new AppError('CONFLICT', {
    message: 'This email already has an account.',
    details: { field: 'email', error: 'Email already has an account' },
  });
