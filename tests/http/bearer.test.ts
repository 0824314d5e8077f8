import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newPerson, openTestApp, type Person, type TestApp } from '../support/app.js';
import { claimsOf, forge, goodHeader } from '../support/forge.js';
import { query } from '../support/graphql.js';
import { restStyle, styles } from '../support/styles.js';
import { readRestError, transports } from '../support/transports.js';

describe('the Authorization field', () => {
  let app: TestApp;
  let ada: Person;
  beforeAll(async () => {
    app = await openTestApp();
    ada = await newPerson(app);
  });
  afterAll(() => app.close());

  const good: [string, () => string][] = [
    ['Bearer', () => `Bearer ${ada.token}`],
    ['bearer', () => `bearer ${ada.token}`],
    ['BEARER', () => `BEARER ${ada.token}`],
    ['two spaces', () => `Bearer  ${ada.token}`],
    ['space around it', () => ` Bearer ${ada.token} `],
  ];
  const bad: [string, () => string][] = [
    ['nothing', () => ''],
    ['Bearer alone', () => 'Bearer'],
    ['no scheme', () => ada.token],
    ['no space', () => `Bearer${ada.token}`],
    ['a colon', () => `Bearer: ${ada.token}`],
    ['a tab', () => `Bearer\t${ada.token}`],
    ['quotes', () => `Bearer "${ada.token}"`],
    ['a name', () => `Bearer token=${ada.token}`],
    ['Basic', () => `Basic ${Buffer.from(`${ada.email}:${ada.password}`).toString('base64')}`],
    ['Basic with a token', () => `Basic ${ada.token}`],
    ['another scheme', () => `JWT ${ada.token}`],
    ['two tokens', () => `Bearer ${ada.token} ${ada.token}`],
    ['two tokens with a comma', () => `Bearer ${ada.token},${ada.token}`],
    ['two schemes', () => `Bearer ${ada.token}, Bearer ${ada.token}`],
    ['what is not ASCII', () => `Bearer ${ada.token}\xe9`],
    ['Bearer that is not ASCII', () => `B\xe9arer ${ada.token}`],
    ['a percent-encoded token', () => `Bearer ${ada.token.replaceAll('.', '%2E')}`],
    ['the refresh token', () => `Bearer ${ada.refreshToken}`],
  ];

  describe.each(transports)('over $name', ({ me, refusal, path }) => {
    it.each(good)('is accepted with the scheme Bearer in any letter case and with extra spaces: %s', async (_, authorization) => {
      expect((await me(app.fetch, { authorization: authorization() })).status).toBe(200);
    });

    it.each(bad)('is rejected with UNAUTHENTICATED when it contains %s', async (_, authorization) => {
      const { status, code } = await refusal(await me(app.fetch, { authorization: authorization() }));
      expect([status, code]).toEqual([401, 'UNAUTHENTICATED']);
    });

    it.each(['x-access-token', 'x-authorization', 'proxy-authorization', 'cookie'])(
      'is not replaced by the field %s',
      async (name) => {
        const response = await me(app.fetch, { [name]: name === 'cookie' ? `token=${ada.token}` : `Bearer ${ada.token}` });
        expect(await response.text()).toContain('UNAUTHENTICATED');
      },
    );

    it.each(['token', 'access_token', 'authorization'])(
      'is not replaced by a token in the URL, which is never logged: ?%s',
      async (name) => {
        const before = app.lines.length;
        const search = new URLSearchParams({
          [name]: path === '/graphql' ? ada.token : `Bearer ${ada.token}`,
          query: '{ me { id } }',
        });
        const response = await app.fetch(`${path === '/graphql' ? path : '/api/auth/me'}?${search}`);
        expect(await response.text()).toContain('UNAUTHENTICATED');
        expect(JSON.stringify(app.lines.slice(before))).not.toContain(ada.token.split('.')[2]);
      },
    );

    it('never makes the server request a URL that the token names', async () => {
      let asked = 0;
      const listener = createServer((_, response) => {
        asked++;
        response.end('{"keys":[]}');
      }).listen(0, '127.0.0.1');
      await once(listener, 'listening');
      const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/`;
      for (const name of ['jku', 'x5u']) {
        const token = forge(claimsOf(ada.token), { header: { ...goodHeader, alg: 'RS256', [name]: url } });
        expect((await me(app.fetch, { authorization: `Bearer ${token}` })).status).toBe(401);
      }
      await new Promise((resolve) => listener.close(resolve));
      expect(asked).toBe(0);
    });
  });

  describe('is ignored by public operations when the token is invalid:', () => {
    it.each(bad)('%s', async (_, authorization) => {
      const headers = { authorization: authorization() };
      expect((await app.fetch('/health', { headers })).status).toBe(200);
      expect(await query(app.fetch, '{ health { status } }', undefined, {}, headers)).toMatchObject({
        status: 200,
        data: { health: { status: 'ok' } },
      });
      const body = JSON.stringify({ email: ada.email, password: 'wrong' });
      const login = await app.fetch('/api/auth/login', {
        method: 'POST',
        body,
        headers: { ...headers, 'content-type': 'application/json' },
      });
      expect(await readRestError(login)).toMatchObject({ status: 401, code: 'INVALID_CREDENTIALS' });
    });
  });

  it('does not make an access token valid as a refresh token', async () => {
    const outcome = await restStyle.call(app.fetch, 'refresh', { input: { refreshToken: ada.token } });
    expect(outcome).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
  });

  it.each(styles)('does not change whose tokens refresh returns over $name: the owner of the refresh token', async (style) => {
    const { id, refreshToken } = await newPerson(app);
    const { value } = await style.call(app.fetch, 'refresh', { input: { refreshToken } }, ada.token);
    expect(value).toMatchObject({ user: { id } });
    expect(claimsOf((value as { access_token: string }).access_token).sub).toBe(id);
  });
});
