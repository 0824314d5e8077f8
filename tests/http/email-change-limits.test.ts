import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newPerson, openTestApp, password, type TestApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { type MailServer, startMailServer } from '../support/mail.js';
import { type Style, styles } from '../support/styles.js';

describe.each([
  ['with', true],
  ['without', false],
])('a new email in updateMe %s a mail server is RATE_LIMITED beyond RATE_PASSWORD_RESET', (_, hasMail) => {
  let app: TestApp;
  let smtp: MailServer;
  beforeAll(async () => {
    smtp = await startMailServer();
    const mail: Record<string, string> = hasMail ? { SMTP_URL: smtp.url, MAIL_FROM: 'no-reply@example.com' } : {};
    app = await openTestApp({ ...mail, RATE_LIMIT: 'on', RATE_PASSWORD_RESET: '2/h' });
  });
  afterAll(async () => {
    await app.close();
    await smtp.close();
  });
  const newEmail = () => `${randomBytes(8).toString('hex')}@example.com`;
  const change = async (style: Style, token: string, email: string) => {
    const { code } = await style.call(app.fetch, 'updateMe', { input: { email, currentPassword: password } }, token);
    return code ?? 'accepted';
  };
  const mailsTo = (email: string) => smtp.mails.filter(({ to }) => to.includes(email)).length;

  it.each(styles)('for one account over $name, whether or not the email has another account', async (style) => {
    const [ada, grace] = [await newPerson(app), await newPerson(app)];
    const email = newEmail();
    expect([await change(style, ada.token, grace.email), await change(style, ada.token, email)]).toEqual([
      'CONFLICT',
      'accepted',
    ]);
    expect([await change(style, ada.token, grace.email), await change(style, ada.token, newEmail())]).toEqual([
      'RATE_LIMITED',
      'RATE_LIMITED',
    ]);
    const input = { name: 'Ada Lovelace' };
    expect(await style.call(app.fetch, 'updateMe', { input }, ada.token)).not.toHaveProperty('code');
    if (hasMail) await eventually(() => mailsTo(email) === 1, 5_000);
  });

  it.each(styles)('for one email over $name, whichever account asks for it', async (style) => {
    const people = [await newPerson(app), await newPerson(app), await newPerson(app)];
    const email = newEmail();
    const codes = [];
    for (const { token } of people) codes.push(await change(style, token, email));
    expect(codes).toEqual(['accepted', hasMail ? 'accepted' : 'CONFLICT', 'RATE_LIMITED']);
    if (hasMail) await eventually(() => mailsTo(email) === 2, 5_000);
  });
});
