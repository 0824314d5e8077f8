import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { newApiToken } from '../support/api-tokens.js';
import { linesOf, newPerson, openTestApp, type Person, type TestApp } from '../support/app.js';
import { forge } from '../support/forge.js';
import { query } from '../support/graphql.js';
import { startMailServer, tokenIn } from '../support/mail.js';
import { type Arguments, type Operation, restStyle, styles } from '../support/styles.js';

describe('the log', () => {
  let app: TestApp;
  let ada: Person;
  beforeAll(async () => {
    app = await openTestApp({ DEBUG: 'true' });
    ada = await newPerson(app);
  });
  afterAll(() => app.close());

  const json = { 'content-type': 'application/json' };
  const post = (body: string, headers: Record<string, string> = json) => ({ method: 'POST', headers, body });
  const canary = 'Canary-7f3a-Yellow';
  // A password must not be the name or the part of the email before its @.
  const input = { email: `mail-${canary}@example.com`, password: canary, name: `Name ${canary}` };
  const inline = `input: { email: "mail-${canary}@example.com", password: "${canary}", name: "Name ${canary}" }`;

  describe('with DEBUG=true contains no password, token or body', () => {
    it.each<[string, () => Promise<unknown>]>([
      ['sign-ups over GraphQL and REST', () => Promise.all(styles.map((style) => style.call(app.fetch, 'signup', { input })))],
      [
        'failed logins over GraphQL and REST',
        () =>
          Promise.all(styles.map((style) => style.call(app.fetch, 'login', { input: { email: ada.email, password: canary } }))),
      ],
      [
        'invalid sign-ups over GraphQL and REST',
        () =>
          Promise.all(styles.map((style) => style.call(app.fetch, 'signup', { input: { ...input, email: canary, name: '' } }))),
      ],
      [
        'values of the wrong type',
        () =>
          Promise.all(
            styles.map((style) => style.call(app.fetch, 'login', { input: { email: [canary], password: { canary } } })),
          ),
      ],
      [
        'an invalid refresh token',
        () => Promise.all(styles.map((style) => style.call(app.fetch, 'refresh', { input: { refreshToken: canary } }))),
      ],
      ['malformed JSON in REST', () => app.fetch('/api/auth/login', post(`{"password":"${canary}"`))],
      ['malformed JSON in GraphQL', () => app.fetch('/graphql', post(`{"query":"${canary}"`))],
      ['an unsupported media type', () => app.fetch('/api/auth/login', post(canary, { 'content-type': 'text/plain' }))],
      ['a literal in a document', () => query(app.fetch, `mutation { signup(${inline}) { expiresIn } }`)],
      [
        'a literal in a document that does not validate',
        () => query(app.fetch, `mutation { signup(${inline}) { ${canary.replaceAll('-', '_')} } }`),
      ],
      ['a literal in a document that does not parse', () => query(app.fetch, `mutation { signup(${inline} {`)],
      [
        'a literal in a URL',
        () => app.fetch(`/graphql?query=${encodeURIComponent(`mutation { signup(${inline}) { expiresIn } }`)}`),
      ],
      ['query parameters', () => app.fetch(`/api/tasks?search=${canary}&token=${canary}&limit=${canary}`)],
      [
        'headers',
        () =>
          app.fetch('/api/auth/me', {
            headers: { authorization: `Bearer ${canary}`, cookie: canary, 'x-request-id': `${canary} `.repeat(2) },
          }),
      ],
      [
        'a forged token',
        () => app.fetch('/api/auth/me', { headers: { authorization: `Bearer ${forge({ sub: canary, sid: canary })}` } }),
      ],
      [
        'tasks',
        () =>
          Promise.all(
            styles.map((style) =>
              style.call(app.fetch, 'createTask', { input: { title: canary, description: canary } }, ada.token),
            ),
          ),
      ],
    ])('after %s', async (_, run) => {
      const lines = await linesOf(app, run);
      expect(lines.length).toBeGreaterThan(0);
      const text = JSON.stringify(lines).toLowerCase();
      expect(text).not.toContain(canary.toLowerCase());
      expect(text).not.toContain(canary.replaceAll('-', '_').toLowerCase());
    });

    it('after sign-in, refresh, a password change and logout', async () => {
      const secrets: string[] = [canary, 'another good Canary'];
      const lines = await linesOf(app, async () => {
        const bob = await newPerson(app);
        const { value } = await restStyle.call(app.fetch, 'refresh', { input: { refreshToken: bob.refreshToken } });
        const { access_token: token, refresh_token } = value as Record<string, string>;
        secrets.push(bob.token, bob.refreshToken, bob.password, String(token), String(refresh_token));
        const passwords = { currentPassword: bob.password, newPassword: canary };
        await restStyle.call(app.fetch, 'updateMe', { input: passwords }, token);
        // Sent again past the child's use: the session ends, with an audit line.
        await restStyle.call(app.fetch, 'refresh', { input: { refreshToken: refresh_token } });
        await restStyle.call(app.fetch, 'refresh', { input: { refreshToken: bob.refreshToken } });
        await restStyle.call(app.fetch, 'deleteMe', { input: { password: canary } }, token);
      });
      for (const secret of secrets) expect(JSON.stringify(lines)).not.toContain(secret);
    });

    it('after personal API tokens, sessions, resets of passwords and changes of emails', async () => {
      const smtp = await startMailServer();
      const mailing = await openTestApp({ DEBUG: 'true', SMTP_URL: smtp.url, MAIL_FROM: 'no-reply@example.com' });
      const bob = await newPerson(mailing);
      const secrets: string[] = [canary, bob.token, bob.refreshToken, bob.password];
      const call = (operation: Operation, args: Arguments, token?: string) =>
        Promise.all(styles.map((style) => style.call(mailing.fetch, operation, args, token)));
      const script = await newApiToken(mailing, bob);
      secrets.push(script.token);
      await call('tasks', {}, script.token);
      await call('me', {}, script.token);
      await call('apiTokens', {}, script.token);
      await call('tasks', {}, `${script.token.slice(0, -1)}-`);
      await call('sessions', {}, bob.token);
      const newEmail = `new-${bob.email}`;
      const confirmation = smtp.next(newEmail);
      await restStyle.call(mailing.fetch, 'updateMe', { input: { email: newEmail, currentPassword: bob.password } }, bob.token);
      secrets.push(tokenIn(await confirmation), newEmail);
      const mail = smtp.next(bob.email);
      await restStyle.call(mailing.fetch, 'forgotPassword', { input: { email: bob.email } });
      secrets.push(tokenIn(await mail), bob.email);
      await call('resetPassword', { input: { token: canary, newPassword: canary } });
      await call('confirmEmail', { input: { token: canary } });
      const notice = smtp.next(bob.email);
      await call('resetPassword', { input: { token: tokenIn(await mail), newPassword: canary } });
      await notice;
      await call('revokeOtherSessions', {}, bob.token);
      await mailing.close();
      await smtp.close();
      const names = mailing.lines.filter(({ audit }) => audit).map(({ msg }) => msg);
      expect([...new Set(names)].sort()).toEqual([
        ...['account.changed', 'account.created', 'api-token.created', 'api-token.forbidden', 'email-change.rejected'],
        ...['password-reset.completed', 'password-reset.rejected', 'password-reset.requested'],
      ]);
      expect(mailing.lines.filter(({ audit, requestId }) => audit && !requestId)).toEqual([]);
      const text = JSON.stringify(mailing.lines);
      for (const secret of secrets) expect(text).not.toContain(secret);
    });

    it('in the cause of a database failure', async () => {
      const client = new pg.Client(app.url);
      await client.connect();
      await client.query('BEGIN; LOCK TABLE users, tasks IN ACCESS EXCLUSIVE MODE');
      const lines = await linesOf(app, () =>
        Promise.all([
          ...styles.map((style) => style.call(app.fetch, 'signup', { input: { ...input, email: `x-${input.email}` } })),
          ...styles.map((style) => style.call(app.fetch, 'createTask', { input: { title: canary } }, ada.token)),
        ]),
      );
      await client.end();
      expect(lines.filter(({ err }) => err)).toHaveLength(4);
      expect(JSON.stringify(lines).toLowerCase()).not.toContain(canary.toLowerCase());
    });
  });
});
