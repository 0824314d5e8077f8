import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findToken, issueToken } from '../../src/accounts/recovery/store.js';
import { newApiToken } from '../support/api-tokens.js';
import { linesOf, newPerson, openTestApp, type Person, password, type TestApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { type MailServer, startMailServer, tokenIn } from '../support/mail.js';
import { type Arguments, type Operation, styles } from '../support/styles.js';

const links = {
  MAIL_FROM: 'Tandem <no-reply@example.com>',
  PASSWORD_RESET_URL: 'https://app.example/reset#{token}',
  EMAIL_CONFIRMATION_URL: 'https://app.example/confirm?token={token}',
};
const another = 'another good one';

describe('passwords and emails by mail', () => {
  let smtp: MailServer;
  let app: TestApp;
  beforeAll(async () => {
    smtp = await startMailServer();
    app = await openTestApp({ SMTP_URL: smtp.url, ...links });
  });
  afterAll(async () => {
    await app.close();
    await smtp.close();
  });

  describe.each(styles)('over $name:', (style) => {
    const call = (operation: Operation, args: Arguments, token?: string) => style.call(app.fetch, operation, args, token);
    const forgot = (email: string) => call('forgotPassword', { input: { email } });
    const reset = (token: string, newPassword = another) => call('resetPassword', { input: { token, newPassword } });
    const login = (email: string, given: string) => call('login', { input: { email, password: given } });
    /** Asks for a reset. @returns the mailed token. */
    async function mailedToken({ email }: Pick<Person, 'email'>): Promise<string> {
      const mail = smtp.next(email);
      await forgot(email);
      return tokenIn(await mail);
    }

    describe('forgotPassword', () => {
      it('mails a link, and responds alike whether the email has an account or not', async () => {
        const { email } = await newPerson(app);
        const mail = smtp.next(email);
        const outcomes = [
          await forgot(email.toUpperCase()),
          await forgot(`${randomUUID()}@example.com`),
          await forgot('nonsense'),
        ];
        for (const { value, status } of outcomes) expect([value, status]).toEqual([true, style.name === 'REST' ? 202 : 200]);
        const names = outcomes.map(({ headers }) => [...headers.keys()].sort().join());
        expect(new Set(names).size).toBe(1);
        const { content } = await mail;
        expect(content).toContain('Subject: Reset your password');
        expect(content).toContain('From: Tandem <no-reply@example.com>');
        expect(content).toMatch(/https:\/\/app\.example\/reset#[\w-]{43}\s/);
      });

      it('stores a digest, and not the token', async () => {
        const person = await newPerson(app);
        const token = await mailedToken(person);
        const [row] = await app.db.query<{ row: string }>(
          'SELECT to_jsonb(t)::text AS row FROM one_time_tokens AS t WHERE user_id = $1',
          [person.id],
        );
        expect(row?.row).toMatch(/"digest": "[0-9a-f]{64}"/);
        expect(row?.row).not.toContain(token);
      });

      it.each([[{}], [{ email: 5 }], [{ email: null }], [{ email: 'x'.repeat(256) }], [{ email: 'a\0@example.com' }]])(
        'rejects %j',
        async (input) => {
          expect((await call('forgotPassword', { input })).code).toMatch(/^(BAD_REQUEST|VALIDATION_ERROR)$/);
        },
      );
    });

    describe('resetPassword', () => {
      it('sets the password once, and ends all sessions and personal API tokens', async () => {
        const person = await newPerson(app);
        const script = await newApiToken(app, person);
        const other = ((await login(person.email, password)).value as { access_token: string }).access_token;
        for (const token of [person.token, other]) expect((await call('me', {}, token)).code).toBeUndefined();
        const token = await mailedToken(person);
        const { value, status } = await reset(token);
        expect([value, status]).toEqual([true, style.name === 'REST' ? 204 : 200]);
        for (const ended of [person.token, other, script.token])
          expect(await call('tasks', {}, ended)).toMatchObject({ code: 'UNAUTHENTICATED', details: { reason: 'revoked' } });
        expect((await call('refresh', { input: { refreshToken: person.refreshToken } })).code).toBe('UNAUTHENTICATED');
        expect((await login(person.email, password)).code).toBe('INVALID_CREDENTIALS');
        expect((await login(person.email, another)).code).toBeUndefined();
        expect((await reset(token, 'a third good one')).code).toBe('INVALID_CREDENTIALS');
      });

      it('gives a first password to a person who has none', async () => {
        const person = await newPerson(app);
        await app.db.query('DELETE FROM credentials WHERE user_id = $1', [person.id]);
        await reset(await mailedToken(person));
        expect((await login(person.email, another)).code).toBeUndefined();
      });

      it('accepts the newest token alone', async () => {
        const person = await newPerson(app);
        const [first, second] = [await mailedToken(person), await mailedToken(person)];
        expect((await reset(first)).code).toBe('INVALID_CREDENTIALS');
        expect((await reset(second)).code).toBeUndefined();
      });

      it('rejects a token after 30 minutes', async () => {
        const person = await newPerson(app);
        const token = await mailedToken(person);
        const life = await app.db.query<{ minutes: number }>(
          'SELECT round(extract(epoch FROM expires_at - now()) / 60)::int AS minutes FROM one_time_tokens WHERE user_id = $1',
          [person.id],
        );
        expect(life).toEqual([{ minutes: 30 }]);
        await app.db.query('UPDATE one_time_tokens SET expires_at = now() WHERE user_id = $1', [person.id]);
        expect(await reset(token)).toMatchObject({ code: 'INVALID_CREDENTIALS', details: {} });
        expect((await login(person.email, password)).code).toBeUndefined();
      });

      it('lets one of several requests with one token through', async () => {
        const person = await newPerson(app);
        const token = await mailedToken(person);
        const codes = (
          await Promise.all(['one good one', 'two good ones', 'three good ones'].map((each) => reset(token, each)))
        ).map(({ code }) => code ?? 'done');
        expect(codes.sort()).toEqual(['INVALID_CREDENTIALS', 'INVALID_CREDENTIALS', 'done']);
      });

      it('keeps the token when the new password breaks a rule', async () => {
        const person = await newPerson(app);
        const token = await mailedToken(person);
        await call('updateMe', { input: { name: 'Ada Lovelace' } }, person.token);
        const personal = [person.email.toUpperCase(), person.email.split('@')[0] as string, 'ada lovelace'];
        for (const weak of ['short', 'password123', ...personal])
          expect(await reset(token, weak)).toMatchObject({ code: 'VALIDATION_ERROR', details: { field: 'new_password' } });
        expect((await reset(token)).code).toBeUndefined();
      });

      it('rejects a token that a change of the password has outdated, and one that is for another purpose', async () => {
        const person = await newPerson(app);
        const token = await mailedToken(person);
        await call('updateMe', { input: { currentPassword: password, newPassword: another } }, person.token);
        expect((await reset(token)).code).toBe('INVALID_CREDENTIALS');
        expect((await call('confirmEmail', { input: { token: await mailedToken(person) } })).code).toBe('INVALID_CREDENTIALS');
      });

      it.each(['junk', '', 'a'.repeat(43), 'a\0b', 'a'.repeat(1001)])('rejects the token %j', async (token) => {
        expect((await reset(token)).code).toMatch(/^(INVALID_CREDENTIALS|VALIDATION_ERROR)$/);
      });

      it('is no sign-in: its token is no access token', async () => {
        const token = await mailedToken(await newPerson(app));
        expect((await call('me', {}, token)).code).toBe('UNAUTHENTICATED');
      });

      it('tells the owner by mail', async () => {
        const person = await newPerson(app);
        const token = await mailedToken(person);
        const mail = smtp.next(person.email);
        await reset(token);
        expect((await mail).content).toContain('Your password was changed');
      });
    });

    describe('updateMe with a new email', () => {
      const newEmail = () => `${randomUUID()}@example.com`;
      const change = (person: Person, email: string) =>
        call('updateMe', { input: { email, currentPassword: password } }, person.token);

      it('changes it once it is confirmed, and tells the old address', async () => {
        const person = await newPerson(app);
        const email = newEmail();
        const mail = smtp.next(email);
        expect((await change(person, email)).value).toMatchObject({ email: person.email });
        expect((await login(email, password)).code).toBe('INVALID_CREDENTIALS');
        const notice = smtp.next(person.email);
        const { value, status } = await call('confirmEmail', { input: { token: tokenIn(await mail) } });
        expect([value, status]).toEqual([true, style.name === 'REST' ? 204 : 200]);
        expect((await call('me', {}, person.token)).value).toMatchObject({ email });
        expect((await login(email, password)).code).toBeUndefined();
        expect((await notice).content).toContain('Your email was changed');
      });

      it('returns CONFLICT for an email that has an account, also when it gets one meanwhile', async () => {
        const [person, other] = [await newPerson(app), await newPerson(app)];
        expect((await change(person, other.email)).code).toBe('CONFLICT');
        const email = newEmail();
        const mail = smtp.next(email);
        await change(person, email);
        await call('signup', { input: { email, password, name: 'Bob' } });
        expect((await call('confirmEmail', { input: { token: tokenIn(await mail) } })).code).toBe('CONFLICT');
        expect((await call('me', {}, person.token)).value).toMatchObject({ email: person.email });
      });

      it.each<[string, (person: Person) => Promise<unknown>]>([
        ['reset', async (person) => reset(await mailedToken(person))],
        ['change', ({ token }) => call('updateMe', { input: { currentPassword: password, newPassword: another } }, token)],
      ])('is void after a %s of the password', async (_, setPassword) => {
        const person = await newPerson(app);
        const email = newEmail();
        const mail = smtp.next(email);
        await change(person, email);
        expect(await setPassword(person)).not.toHaveProperty('code');
        expect((await call('confirmEmail', { input: { token: tokenIn(await mail) } })).code).toBe('INVALID_CREDENTIALS');
      });

      it('can be confirmed when it came together with a new password', async () => {
        const { token } = await newPerson(app);
        const email = newEmail();
        const mail = smtp.next(email);
        await call('updateMe', { input: { email, currentPassword: password, newPassword: another } }, token);
        expect((await call('confirmEmail', { input: { token: tokenIn(await mail) } })).code).toBeUndefined();
        expect((await call('me', {}, token)).value).toMatchObject({ email });
      });

      it('makes a password reset void that was mailed to the old address', async () => {
        const person = await newPerson(app);
        const email = newEmail();
        const mail = smtp.next(email);
        await change(person, email);
        const token = await mailedToken(person);
        await call('confirmEmail', { input: { token: tokenIn(await mail) } });
        expect((await reset(token)).code).toBe('INVALID_CREDENTIALS');
      });
    });
  });

  it('a password reset is not stored for an email that the account no longer has', async () => {
    const { id, email } = await newPerson(app);
    for (const [given, stored] of [
      [`old-${email}`, undefined],
      [email, { userId: id }],
    ] as const) {
      const token = await issueToken(app.db, { userId: id, email: given }, 'password-reset');
      expect(await findToken(app.db, 'password-reset', token)).toEqual(stored && expect.objectContaining(stored));
    }
  });

  it('a mail is sent again after a temporary error, and not after a permanent one', async () => {
    const person = await newPerson(app);
    const forgot = () => styles[0]?.call(app.fetch, 'forgotPassword', { input: { email: person.email } });
    smtp.replies.push(451);
    const mail = smtp.next(person.email);
    await forgot();
    await mail;
    smtp.replies.push(550);
    const lines = await linesOf(app, async () => {
      await forgot();
      await eventually(() => app.lines.some(({ msg, userId }) => msg === 'mail.failed' && userId === person.id), 5_000);
    });
    expect(JSON.stringify(lines)).not.toContain(tokenIn(await mail));
  });
});
