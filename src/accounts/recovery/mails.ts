import type { Logger } from '../../log/log.js';
import type { Mailer } from '../../mail/mailer.js';
import { tokenPlaceholder } from '../../mail/settings.js';
import { ttlMinutes } from './store.js';

/** Who gets a mail. */
interface Recipient {
  readonly userId: string;
  readonly email: string;
}

/** The mails about accounts. */
export interface AccountMails {
  /** Whether mail leaves this process: then a new email is confirmed before it counts. */
  readonly isConnected: boolean;
  passwordReset(to: Recipient, token: string, requestId: string): void;
  passwordChanged(to: Recipient): void;
  emailChange(to: Recipient, token: string): void;
  emailChanged(to: Recipient): void;
}

interface Parts {
  /** Undefined without an SMTP server. */
  readonly mailer: Mailer | undefined;
  readonly links: { readonly passwordReset: string | undefined; readonly emailChange: string | undefined };
  readonly production: boolean;
  readonly log: Logger;
}

/** Creates the mails. Without a mailer the link of a reset goes to the log in development; production logs that there is none. */
export function createAccountMails({ mailer, links, production, log }: Parts): AccountMails {
  const send = ({ userId, email }: Recipient, subject: string, lines: readonly string[]): void =>
    mailer?.send({ to: email, userId, subject, text: `${lines.join('\n')}\n` });
  return {
    isConnected: mailer !== undefined,
    passwordReset: (to, token, requestId) => {
      const link = linkOrToken(links.passwordReset, token);
      if (mailer) send(to, 'Reset your password', resetLines(link));
      else if (production) log.warn({ requestId, userId: to.userId, cure: 'set SMTP_URL' }, 'mail.not-configured');
      else log.info({ requestId, userId: to.userId, link }, 'password-reset.link');
    },
    passwordChanged: (to) =>
      send(to, 'Your password was changed', [
        'The password of your Tandem account was reset. All sessions and personal API tokens have ended.',
        '',
        'If it was not you, reset the password again, and check who can read your mail.',
      ]),
    emailChange: (to, token) => send(to, 'Confirm your new email', confirmLines(linkOrToken(links.emailChange, token))),
    emailChanged: (to) =>
      send(to, 'Your email was changed', [
        'Your Tandem account has another email now. This address can no longer sign in.',
        '',
        'If it was not you, contact the operator of the service.',
      ]),
  };
}

/** Puts a token into the template of a link. @returns the token alone without a template. */
const linkOrToken = (template: string | undefined, token: string): string => template?.replace(tokenPlaceholder, token) ?? token;

const resetLines = (link: string): string[] => [
  'Somebody asked to reset the password of your Tandem account.',
  '',
  `To choose a new password, use this within ${ttlMinutes} minutes:`,
  link,
  '',
  'If it was not you, ignore this mail: nothing has changed.',
];

const confirmLines = (link: string): string[] => [
  'Somebody asked to use this address for a Tandem account.',
  '',
  `To confirm it, use this within ${ttlMinutes} minutes:`,
  link,
  '',
  'If it was not you, ignore this mail: nothing has changed.',
];
