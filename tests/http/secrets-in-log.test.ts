import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { linesOf, newPerson, openTestApp, type Person, type TestApp } from '../support/app.js';
import { forge } from '../support/forge.js';
import { query } from '../support/graphql.js';
import { restStyle, styles } from '../support/styles.js';

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
  const input = { email: `${canary}@example.com`, password: canary, name: canary };
  const inline = `input: { email: "${canary}@example.com", password: "${canary}", name: "${canary}" }`;

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
