import type { Config } from '../../config.js';
import { createMailer } from '../../mail/mailer.js';
import { createEmailChangeService, type EmailChangeService } from './email-change.js';
import { createAccountMails } from './mails.js';
import { createRecoveryService, type RecoveryParts, type RecoveryService } from './service.js';

/** What is done by mail: resets of passwords, and changes of emails. */
export interface Recovery {
  readonly recovery: RecoveryService;
  readonly emailChanges: EmailChangeService;
  /** Waits for mail that is being sent, within a time limit. */
  close(): Promise<void>;
}

type Parts = Omit<RecoveryParts, 'mails' | 'limit'> & {
  readonly config: Pick<Config, 'mail' | 'production' | 'rateLimits'>;
};

/** Creates the services, and the mailer when the configuration has one. */
export function createRecovery({ config, ...parts }: Parts): Recovery {
  const { mail, production, rateLimits } = config;
  const { server, links } = mail;
  const mailer = server && createMailer(server, parts.log);
  const mails = createAccountMails({ mailer, links, production, log: parts.log });
  const limit = rateLimits?.passwordReset;
  const recovery = createRecoveryService({ ...parts, mails, limit });
  return {
    recovery,
    emailChanges: createEmailChangeService({ ...parts, mails, limit }),
    close: async () => {
      await recovery.close();
      await mailer?.close();
    },
  };
}
