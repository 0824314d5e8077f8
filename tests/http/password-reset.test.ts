import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { linesOf, newPerson, openTestApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { startMailServer } from '../support/mail.js';
import { type Style, styles } from '../support/styles.js';

const forgot = (style: Style | undefined, fetch: Parameters<Style['call']>[0], email: string) =>
  style?.call(fetch, 'forgotPassword', { input: { email } });
const restProduction = { NODE_ENV: 'production', BETTER_AUTH_SECRET: 'a secret of the tests for production, 48 bytes' };

describe('forgotPassword', () => {
  it.each(styles)('over $name responds before it looks the account up, so that its time does not tell', async (style) => {
    const app = await openTestApp();
    const { email } = await newPerson(app);
    const other = new pg.Client(app.url);
    await other.connect();
    await other.query('BEGIN; LOCK TABLE users, credentials, one_time_tokens IN ACCESS EXCLUSIVE MODE');
    // A look-up would wait for the lock, and fail.
    for (const each of [email, 'nobody@example.com']) expect(await forgot(style, app.fetch, each)).not.toHaveProperty('code');
    await other.end();
    await app.close();
  });

  it('without a mail server logs the link in development', async () => {
    const app = await openTestApp({ NODE_ENV: 'development', PASSWORD_RESET_URL: 'https://app.example/reset#{token}' });
    const { email } = await newPerson(app);
    const lines = await linesOf(app, async () => {
      await forgot(styles[0], app.fetch, email);
      await eventually(() => app.lines.some(({ msg }) => msg === 'password-reset.link'), 5_000);
    });
    const { link } = lines.find(({ msg }) => msg === 'password-reset.link') as { link: string };
    expect(link).toMatch(/^https:\/\/app\.example\/reset#[\w-]{43}$/);
    await app.close();
  });

  it('without a mail server responds alike in production, and the log says so without the token', async () => {
    const app = await openTestApp(restProduction);
    const { email } = await newPerson(app);
    const lines = await linesOf(app, async () => {
      expect((await forgot(styles[1], app.fetch, email))?.status).toBe(202);
      await eventually(() => app.lines.some(({ msg }) => msg === 'mail.not-configured'), 5_000);
    });
    expect(JSON.stringify(lines)).not.toMatch(/[\w-]{43}/);
    await app.close();
  });

  it('sends at most RATE_PASSWORD_RESET mails for one account, and responds alike beyond', async () => {
    const smtp = await startMailServer();
    const mail = { SMTP_URL: smtp.url, MAIL_FROM: 'no-reply@example.com' };
    const app = await openTestApp({ ...mail, RATE_LIMIT: 'on', RATE_PASSWORD_RESET: '2/h' });
    const { email } = await newPerson(app);
    for (const style of [...styles, ...styles]) expect(await forgot(style, app.fetch, email)).not.toHaveProperty('code');
    const requested = () => app.lines.filter(({ msg }) => msg === 'password-reset.requested');
    await eventually(() => requested().length === 4 && smtp.mails.length === 2, 5_000);
    expect(requested().map(({ isLimited }) => isLimited)).toEqual([false, false, true, true]);
    await app.close();
    await smtp.close();
  });

  it('is limited for one address to ten times as many, whether the emails have accounts or not', async () => {
    const app = await openTestApp({ RATE_LIMIT: 'on', RATE_PASSWORD_RESET: '1/h' });
    for (let count = 0; count < 10; count++)
      expect(await forgot(styles[count % 2], app.fetch, `${count}@example.com`)).not.toHaveProperty('code');
    const { email } = await newPerson(app);
    for (const each of [email, 'nobody@example.com'])
      expect(await forgot(styles[0], app.fetch, each)).toMatchObject({ code: 'RATE_LIMITED' });
    await app.close();
  });
});

describe('resetPassword', () => {
  it.each(styles)('over $name uses a token up when two requests send it at the same time', async (style) => {
    const app = await openTestApp({ NODE_ENV: 'development' });
    const { email, id } = await newPerson(app);
    await forgot(style, app.fetch, email);
    await eventually(() => app.lines.some(({ msg }) => msg === 'password-reset.link'), 5_000);
    const { link: token } = app.lines.find(({ msg }) => msg === 'password-reset.link') as { link: string };
    const other = new pg.Client(app.url);
    await other.connect();
    // Both requests pass their first look at the token, and the one that takes it waits for this lock.
    await other.query('BEGIN');
    await other.query('SELECT FROM credentials WHERE user_id = $1 FOR UPDATE', [id]);
    const reset = (newPassword: string) => style.call(app.fetch, 'resetPassword', { input: { token, newPassword } });
    const both = [reset('a password of the first'), reset('a password of the second')];
    const waiting = `SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    // A transaction sees the activity of its first look: not over `other`.
    await eventually(async () => (await app.db.query<{ count: number }>(waiting, []))[0]?.count === 2, 5_000);
    await other.query('COMMIT');
    const codes = (await Promise.all(both)).map(({ code }) => code);
    expect(codes.sort()).toEqual(['INVALID_CREDENTIALS', undefined]);
    await other.end();
    await app.close();
  });
});
