import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';

/** A mail as the server received it. */
export interface ReceivedMail {
  readonly to: readonly string[];
  readonly content: string;
}

/** A real SMTP server that keeps what it gets. */
export interface MailServer {
  readonly url: string;
  readonly mails: ReceivedMail[];
  /** Replies of the next deliveries; 250 without any. */
  readonly replies: number[];
  /** @returns the newest mail to an address, once it is there. */
  next(to: string): Promise<ReceivedMail>;
  close(): Promise<void>;
}

/** Starts an SMTP server on a free port. */
export async function startMailServer(): Promise<MailServer> {
  const mails: ReceivedMail[] = [];
  const replies: number[] = [];
  const waiting = new Map<string, (mail: ReceivedMail) => void>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData: async (stream, session, callback) => {
      const content = (await text(stream)).replaceAll('=\r\n', '').replaceAll('=3D', '=');
      const reply = replies.shift();
      if (reply !== undefined) return callback(Object.assign(new Error('not now'), { responseCode: reply }));
      const mail = { to: session.envelope.rcptTo.map(({ address }) => address), content };
      mails.push(mail);
      for (const address of mail.to) waiting.get(address)?.(mail);
      callback();
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    replies,
    next: (to) => new Promise((resolve) => waiting.set(to, resolve)),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** The token in a mail. */
export function tokenIn({ content }: ReceivedMail): string {
  const [, token] = /(?:^|[#=])([\w-]{43})\s*$/m.exec(content) ?? [];
  if (token === undefined) throw new Error(`The mail has no token: ${content}`);
  return token;
}
