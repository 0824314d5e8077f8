import { z } from 'zod';

/** Where mail goes out, and from whom. */
export interface MailSettings {
  /** smtp://… or smtps://…, with user and password when the server asks for them. */
  readonly smtpUrl: string;
  /** The sender, such as `Tandem <no-reply@example.com>`. */
  readonly from: string;
}

/** What a deployment decides about mail. */
export interface MailConfig {
  /** Undefined without an SMTP server: no mail leaves the process. */
  readonly server: MailSettings | undefined;
  /** The pages that mailed links open; without one the token itself is mailed. */
  readonly links: { readonly passwordReset: string | undefined; readonly emailChange: string | undefined };
}

/** Settings by their names in the environment. */
interface MailEnvironment {
  readonly SMTP_URL?: string | undefined;
  readonly MAIL_FROM?: string | undefined;
  readonly PASSWORD_RESET_URL?: string | undefined;
  readonly EMAIL_CONFIRMATION_URL?: string | undefined;
}

/** Groups the settings of mail. */
export const mailConfig = (e: MailEnvironment): MailConfig => ({
  server: e.SMTP_URL && e.MAIL_FROM ? { smtpUrl: e.SMTP_URL, from: e.MAIL_FROM } : undefined,
  links: { passwordReset: e.PASSWORD_RESET_URL, emailChange: e.EMAIL_CONFIRMATION_URL },
});

/** An SMTP server, as nodemailer reads it. */
export const smtpUrl = z
  .string()
  .regex(/^smtps?:\/\//, 'must start with smtp:// or smtps://')
  .refine(
    (value) => !/^smtps?:/.test(value) || URL.canParse(value),
    'is not a valid URL; encode what is special in the password',
  );

/** A sender. A line break would begin another header field (RFC 5322 §2.2). */
export const sender = z
  .string()
  .regex(/^[^\r\n]*[^\s@<]+@[^\s@>]+>?$/, 'must be an address such as no-reply@example.com or Tandem <no-reply@example.com>');

/** Stands for the token in a template. */
export const tokenPlaceholder = '{token}';

/** The URL of a page of the front end, with a placeholder for a token. */
export const linkTemplate = z
  .string()
  .refine((value) => value.split(tokenPlaceholder).length === 2, `must contain ${tokenPlaceholder} once`)
  .refine(
    (value) => /^https?:\/\//.test(value) && URL.canParse(value.replace(tokenPlaceholder, 'x')),
    'must be a URL of http or https',
  );
