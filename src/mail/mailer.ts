import { setTimeout as sleep } from 'node:timers/promises';
import { createTransport } from 'nodemailer';
import pLimit from 'p-limit';
import type { Logger } from '../log/log.js';
import type { MailSettings } from './settings.js';

/** One message of plain text. */
interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** For the log, in place of the address. */
  readonly userId: string;
}

/** Sends mail apart from the requests. */
export interface Mailer {
  /** Never throws: what cannot be delivered is logged. */
  send(mail: Mail): void;
  /** Waits for what is being sent, for a while. */
  close(): Promise<void>;
}

/** Messages that are sent at once, and that may wait; further ones are dropped. */
const [maxConcurrent, maxWaiting] = [3, 500];
/** The waits before further attempts, in milliseconds. */
const retryDelaysMs = [1_000, 5_000];
/** How long a server may take, in milliseconds. */
const timeouts = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000, dnsTimeout: 5_000 };
const closeTimeoutMs = 3_000;

/** Creates a mailer over an SMTP server. TLS is used wherever the server offers it. */
export function createMailer({ smtpUrl, from }: MailSettings, log: Logger): Mailer {
  const transport = createTransport({ url: smtpUrl, ...timeouts, disableFileAccess: true, disableUrlAccess: true });
  const queue = pLimit(maxConcurrent);
  const inFlight = new Set<Promise<void>>();
  const closing = new AbortController();

  async function deliver({ to, subject, text, userId }: Mail): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        await transport.sendMail({ from, to, subject, text });
        log.info({ userId, subject }, 'mail.sent');
        return;
      } catch (err) {
        const delayMs = retryDelaysMs[attempt];
        if (delayMs === undefined || isPermanent(err) || closing.signal.aborted) {
          log.error({ userId, subject, err }, 'mail.failed');
          return;
        }
        await sleep(delayMs, undefined, { signal: closing.signal, ref: false }).catch(() => {});
      }
    }
  }

  return {
    send: (mail) => {
      if (queue.pendingCount >= maxWaiting) {
        log.error({ userId: mail.userId, subject: mail.subject }, 'mail.dropped');
        return;
      }
      const delivery = queue(() => deliver(mail)).finally(() => inFlight.delete(delivery));
      inFlight.add(delivery);
    },
    close: async () => {
      closing.abort();
      await Promise.race([Promise.all(inFlight), sleep(closeTimeoutMs, undefined, { ref: false })]);
      transport.close();
    },
  };
}

/** A 5xx reply (RFC 5321 §4.2.1). */
const isPermanent = (error: unknown): boolean => Number((error as { responseCode?: unknown }).responseCode) >= 500;
