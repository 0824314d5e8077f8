import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createApp } from '../../src/app.js';
import { listen } from '../../src/server/socket.js';
import { newApiToken } from '../support/api-tokens.js';
import { fetchOf, newPerson, openTestApp, type Person, password, type TestApp, testConfig } from '../support/app.js';
import { query } from '../support/graphql.js';
import { graphqlStyle, type Outcome, restStyle } from '../support/styles.js';

describe('the rate limit', () => {
  const roomy = {
    RATE_LIMIT: 'on',
    RATE_ANONYMOUS: '10000/m',
    RATE_USER: '10000/s',
    RATE_LOGIN: '10000/m',
    RATE_SIGNUP: '10000/h',
  };
  let app: TestApp;
  const open = async (settings: Record<string, string>) => {
    app = await openTestApp({ ...roomy, ...settings });
  };
  afterEach(() => app.close());

  const login = (email: string, given: string, style = restStyle) =>
    style.call(app.fetch, 'login', { input: { email, password: given } });
  const codes = (outcomes: readonly Outcome[]) => outcomes.map(({ code }) => code ?? 'ok');

  describe('RATE_LOGIN', () => {
    it('counts failed sign-ins to one account across GraphQL and REST, then returns RATE_LIMITED with Retry-After, even for the right password', async () => {
      await open({ RATE_LOGIN: '3/15m' });
      const { email } = await newPerson(app);
      const wrong = [
        await login(email, 'wrong'),
        await login(email, 'wrong', graphqlStyle),
        await login(email.toUpperCase(), 'wrong'),
      ];
      expect(codes(wrong)).toEqual(Array(3).fill('INVALID_CREDENTIALS'));
      const limited = await login(email, password);
      expect(limited).toMatchObject({ code: 'RATE_LIMITED', status: 429, details: { retry_after_seconds: expect.any(Number) } });
      expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(800);
      const alsoLimited = await login(email, password, graphqlStyle);
      expect(alsoLimited).toMatchObject({ code: 'RATE_LIMITED', status: 200 });
      expect(Number(alsoLimited.headers.get('retry-after'))).toBeGreaterThan(800);
    });

    it('cannot be bypassed with aliases or with concurrent requests', async () => {
      await open({ RATE_LOGIN: '3/15m' });
      const { email } = await newPerson(app);
      const aliases = Array.from(
        { length: 8 },
        (_, n) => `a${n}: login(input: { email: "${email}", password: "wrong" }) { accessToken }`,
      );
      const { errors } = await query(app.fetch, `mutation { ${aliases.join(' ')} }`);
      const counts = (code: string) => errors?.filter(({ extensions }) => extensions.code === code).length;
      expect([counts('INVALID_CREDENTIALS'), counts('RATE_LIMITED')]).toEqual([3, 5]);
      const other = await newPerson(app);
      const atOnce = await Promise.all(Array.from({ length: 8 }, () => login(other.email, 'wrong')));
      expect(codes(atOnce).sort()).toEqual([...Array(3).fill('INVALID_CREDENTIALS'), ...Array(5).fill('RATE_LIMITED')]);
    });

    it('does not count successful sign-ins and does not block other accounts', async () => {
      await open({ RATE_LOGIN: '2/15m' });
      const [ada, bob] = [await newPerson(app), await newPerson(app)];
      for (let n = 0; n < 5; n++) expect((await login(ada.email, password)).code).toBeUndefined();
      expect(codes([await login(ada.email, 'wrong'), await login(ada.email, 'wrong'), await login(ada.email, 'wrong')])[2]).toBe(
        'RATE_LIMITED',
      );
      expect((await login(bob.email, password)).code).toBeUndefined();
    });

    it('allows one IP address ten times as many failures across all accounts', async () => {
      await open({ RATE_LOGIN: '1/15m' });
      const outcomes = [];
      for (let n = 0; n < 11; n++) outcomes.push(await login(`${randomBytes(6).toString('hex')}@example.com`, 'wrong'));
      expect(codes(outcomes)).toEqual([...Array(10).fill('INVALID_CREDENTIALS'), 'RATE_LIMITED']);
    });

    it('counts a wrong current password like a failed sign-in', async () => {
      await open({ RATE_LOGIN: '2/15m' });
      const { token } = await newPerson(app);
      const outcomes = [
        await restStyle.call(
          app.fetch,
          'updateMe',
          { input: { newPassword: 'another good one', currentPassword: 'wrong' } },
          token,
        ),
        await graphqlStyle.call(app.fetch, 'deleteMe', { input: { password: 'wrong' } }, token),
        await restStyle.call(app.fetch, 'deleteMe', { input: { password } }, token),
      ];
      expect(codes(outcomes)).toEqual(['INVALID_CREDENTIALS', 'INVALID_CREDENTIALS', 'RATE_LIMITED']);
    });
  });

  describe('RATE_REFRESH', () => {
    const refresh = (refreshToken: string, style = restStyle) => style.call(app.fetch, 'refresh', { input: { refreshToken } });

    it('limits refreshes from one address across GraphQL and REST, aliases included, with Retry-After', async () => {
      await open({ RATE_REFRESH: '4/m' });
      const { refreshToken } = await newPerson(app);
      const aliases = ['a', 'b'].map((alias) => `${alias}: refresh(input: { refreshToken: "junk" }) { expiresIn }`);
      const { errors } = await query(app.fetch, `mutation { ${aliases.join(' ')} }`);
      expect(errors?.map(({ extensions }) => extensions.code)).toEqual(Array(2).fill('UNAUTHENTICATED'));
      expect(codes([await refresh(refreshToken), await refresh(refreshToken, graphqlStyle)])).toEqual(['ok', 'ok']);
      const limited = [await refresh(refreshToken), await refresh(refreshToken, graphqlStyle)];
      for (const [index, status] of [429, 200].entries()) {
        const details = { retry_after_seconds: expect.any(Number) };
        expect(limited[index]).toMatchObject({ code: 'RATE_LIMITED', status, details });
        expect(Number(limited[index]?.headers.get('retry-after'))).toBe(limited[index]?.details?.retry_after_seconds);
      }
    });

    it('is apart from failed sign-ins: neither takes from the other', async () => {
      await open({ RATE_REFRESH: '2/m', RATE_LOGIN: '2/15m' });
      const { email, refreshToken } = await newPerson(app);
      const outcomes = [
        await login(email, 'wrong'),
        await refresh('junk'),
        await login(email, 'wrong'),
        await login(email, 'wrong'),
        await refresh(refreshToken),
        await refresh(refreshToken),
        await login('nobody@example.com', 'wrong'),
      ];
      expect(codes(outcomes)).toEqual([
        ...['INVALID_CREDENTIALS', 'UNAUTHENTICATED', 'INVALID_CREDENTIALS', 'RATE_LIMITED', 'ok', 'RATE_LIMITED'],
        'INVALID_CREDENTIALS',
      ]);
    });
  });

  describe('RATE_SIGNUP', () => {
    it('limits new accounts from one IP address across GraphQL and REST', async () => {
      await open({ RATE_SIGNUP: '2/h' });
      const signup = (style = restStyle) =>
        style.call(app.fetch, 'signup', {
          input: { email: `${randomBytes(6).toString('hex')}@example.com`, password, name: 'x' },
        });
      expect(codes([await signup(), await signup(graphqlStyle), await signup(), await signup(graphqlStyle)])).toEqual([
        'ok',
        'ok',
        'RATE_LIMITED',
        'RATE_LIMITED',
      ]);
    });
  });

  describe('RATE_ANONYMOUS', () => {
    it('limits an IP address without a valid token across GraphQL and REST, and does not count health checks', async () => {
      await open({ RATE_ANONYMOUS: '4/m' });
      for (let n = 0; n < 6; n++) expect((await restStyle.call(app.fetch, 'health')).code).toBeUndefined();
      const outcomes = [
        await restStyle.call(app.fetch, 'me'),
        await restStyle.call(app.fetch, 'me', {}, 'junk'),
        await graphqlStyle.call(app.fetch, 'me'),
        await graphqlStyle.call(app.fetch, 'health'),
        await restStyle.call(app.fetch, 'me'),
        await graphqlStyle.call(app.fetch, 'health'),
      ];
      expect(codes(outcomes)).toEqual([
        'UNAUTHENTICATED',
        'UNAUTHENTICATED',
        'UNAUTHENTICATED',
        'ok',
        'RATE_LIMITED',
        'RATE_LIMITED',
      ]);
      expect(outcomes[5]).toMatchObject({ status: 429 });
      expect(Number(outcomes[4]?.headers.get('retry-after'))).toBeGreaterThan(0);
    });

    it('does not count users whose sessions cannot be looked up: they get SERVICE_UNAVAILABLE until their own limit', async () => {
      await open({ RATE_ANONYMOUS: '2/m', RATE_USER: '3/m' });
      // Signed up through another process: the app has not seen their sessions yet.
      const other = { fetch: fetchOf(await createApp(testConfig(), { db: app.db, log: app.app.log })) };
      const [ada, bob] = [await newPerson(other), await newPerson(other)];
      const { token: apiToken } = await newApiToken(other, ada);
      Object.assign(app.db, { query: () => Promise.reject(Object.assign(new Error(), { code: 'ECONNREFUSED' })) });
      const outcomes = [];
      for (let n = 0; n < 7; n++) outcomes.push(await (n % 2 ? restStyle : graphqlStyle).call(app.fetch, 'me', {}, ada.token));
      expect(codes(outcomes)).toEqual([...Array(6).fill('SERVICE_UNAVAILABLE'), 'RATE_LIMITED']);
      expect(outcomes[5]?.headers.get('ratelimit-policy')).toContain('"user"');
      expect((await restStyle.call(app.fetch, 'me', {}, bob.token)).code).toBe('SERVICE_UNAVAILABLE');
      // Who holds a personal API token is known only from the database.
      const unverified = [];
      for (let n = 0; n < 3; n++) unverified.push(await restStyle.call(app.fetch, 'tasks', {}, apiToken));
      expect(codes(unverified)).toEqual(['SERVICE_UNAVAILABLE', 'SERVICE_UNAVAILABLE', 'RATE_LIMITED']);
    });
  });

  describe('RATE_USER', () => {
    it('applies to each user separately and allows a burst of twice the limit', async () => {
      await open({ RATE_USER: '5/m' });
      const [ada, bob] = [await newPerson(app), await newPerson(app)];
      const outcomes = [];
      for (let n = 0; n < 12; n++) outcomes.push(await (n % 2 ? restStyle : graphqlStyle).call(app.fetch, 'me', {}, ada.token));
      expect(codes(outcomes)).toEqual([...Array(10).fill('ok'), 'RATE_LIMITED', 'RATE_LIMITED']);
      expect((await restStyle.call(app.fetch, 'me', {}, bob.token)).code).toBeUndefined();
    });
  });

  describe('the cost of a GraphQL request', () => {
    const fieldsOf = (count: number) => Array.from({ length: count }, (_, n) => `a${n}: me { id }`).join(' ');
    const statusOf = async (person: Person, text: string) => (await query(app.fetch, text, person.token)).status;

    it('is one point for each root field, aliases and fragments included, also in a repeated document', async () => {
      await open({ RATE_USER: '5/m' });
      for (const text of [`{ ${fieldsOf(5)} }`, `query { ...F } fragment F on Query { ${fieldsOf(5)} }`]) {
        const person = await newPerson(app);
        expect([await statusOf(person, text), await statusOf(person, text), await statusOf(person, text)]).toEqual([
          200, 200, 429,
        ]);
        expect(await restStyle.call(app.fetch, 'me', {}, person.token)).toMatchObject({ code: 'RATE_LIMITED' });
      }
      const other = await newPerson(app);
      const single = Array.from({ length: 10 }, () => statusOf(other, '{ me { id email } }'));
      expect(await Promise.all(single)).toEqual(Array(10).fill(200));
    });

    it('is taken before any of it runs', async () => {
      await open({ RATE_USER: '3/m' });
      const { token } = await newPerson(app);
      const writes = Array.from({ length: 8 }, (_, n) => `a${n}: createTask(input: { title: "x" }) { id }`);
      const { errors, data } = await query(app.fetch, `mutation { ${writes.join(' ')} }`, token);
      expect([data, errors?.map(({ extensions }) => extensions.code)]).toEqual([undefined, ['RATE_LIMITED']]);
      expect(await app.db.query('SELECT 1 FROM tasks', [])).toEqual([]);
    });
  });

  describe('RateLimit and RateLimit-Policy', () => {
    /** The time that is left, which passes meanwhile, is 60 s or 600 s when it is at most 10 s less. */
    const fieldsOf = ({ headers }: { headers: Headers }) => [
      headers.get('ratelimit')?.replace(/t=(5[0-9]|59[0-9])$/, (_, left) => `t=${left.length === 2 ? 60 : 600}`),
      headers.get('ratelimit-policy'),
    ];
    const userPolicies = '"user";q=3;w=60, "user-burst";q=3;w=600';

    it('tell a user what is left, in both APIs, in the burst and over the limit', async () => {
      await open({ RATE_USER: '3/m' });
      const { token } = await newPerson(app);
      const outcomes = [
        await restStyle.call(app.fetch, 'me', {}, token),
        await query(app.fetch, '{ me { id } user: me { id } }', token),
        await restStyle.call(app.fetch, 'me', {}, token),
      ];
      for (const [index, expected] of [
        ['"user";r=2;t=60', userPolicies],
        ['"user";r=0;t=60', userPolicies],
        ['"user-burst";r=2;t=600', userPolicies],
      ].entries())
        expect(fieldsOf(outcomes[index] as Outcome)).toEqual(expected);
      await query(app.fetch, '{ a: me { id } b: me { id } }', token);
      const limited = await restStyle.call(app.fetch, 'me', {}, token);
      expect(fieldsOf(limited)).toEqual(['"user";r=0;t=60', userPolicies]);
      expect(limited.headers.get('ratelimit')).toBe(`"user";r=0;t=${limited.headers.get('retry-after')}`);
    });

    it('tell others what is left, and are not sent for health checks', async () => {
      await open({ RATE_ANONYMOUS: '2/m' });
      const me = () => restStyle.call(app.fetch, 'me');
      expect(fieldsOf(await me())).toEqual(['"anonymous";r=1;t=60', '"anonymous";q=2;w=60']);
      expect(fieldsOf(await restStyle.call(app.fetch, 'health'))).toEqual([undefined, null]);
      expect(fieldsOf(await me())).toEqual(['"anonymous";r=0;t=60', '"anonymous";q=2;w=60']);
      expect(fieldsOf(await me())).toEqual(['"anonymous";r=0;t=60', '"anonymous";q=2;w=60']);
      const { headers } = await app.fetch('/api/auth/me', { headers: { origin: 'http://localhost:3000' } });
      expect(headers.get('access-control-expose-headers')).toContain('ratelimit, ratelimit-policy');
    });
  });

  describe('key', () => {
    async function send(port: number, headers: Record<string, string>, email: string, given: string): Promise<string> {
      const response = await fetch(`http://127.0.0.1:${port}/api/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ email, password: given }),
      });
      return ((await response.json()) as { error_code?: string }).error_code ?? 'ok';
    }
    const attempt = (port: number, forwarded: string, email = 'nobody@example.com') =>
      send(port, { 'x-forwarded-for': forwarded }, email, 'wrong');

    it('of failed sign-ins is also the account alone: many addresses have ten times the limit of one', async () => {
      await open({ RATE_LOGIN: '1/15m', TRUSTED_PROXIES: 'loopback' });
      const listening = await listen(app.app.server, { host: '127.0.0.1', port: 0 }, app.app.log);
      const outcomes = [];
      for (let n = 1; n <= 11; n++) outcomes.push(await attempt(listening.port, `198.51.100.${n}`));
      expect(outcomes).toEqual([...Array(10).fill('INVALID_CREDENTIALS'), 'RATE_LIMITED']);
      expect(await attempt(listening.port, '198.51.100.11', 'other@example.com')).toBe('INVALID_CREDENTIALS');
      await listening.stop();
    });

    it('of failed sign-ins is not the account alone: failures at one address do not lock its owner out at another', async () => {
      await open({ RATE_LOGIN: '2/15m', TRUSTED_PROXIES: 'loopback' });
      const { email } = await newPerson(app);
      const listening = await listen(app.app.server, { host: '127.0.0.1', port: 0 }, app.app.log);
      const outcomes = [];
      for (let n = 0; n < 5; n++) outcomes.push(await attempt(listening.port, '198.51.100.1', email));
      expect(outcomes.at(-1)).toBe('RATE_LIMITED');
      expect(await send(listening.port, { 'x-forwarded-for': '198.51.100.2' }, email, password)).toBe('ok');
      await listening.stop();
    });

    it('is no address that the client names itself: the last in X-Forwarded-For, and no other field', async () => {
      await open({ RATE_LOGIN: '1/15m', TRUSTED_PROXIES: 'loopback' });
      const listening = await listen(app.app.server, { host: '127.0.0.1', port: 0 }, app.app.log);
      const fields = ['x-real-ip', 'x-client-ip', 'cf-connecting-ip', 'true-client-ip', 'forwarded', 'x-forwarded-for'];
      const outcomes = [];
      for (const [n, name] of fields.entries()) {
        const named = { [name]: name === 'forwarded' ? `for=198.51.100.${n}` : `198.51.100.${n}, 203.0.113.9` };
        const headers = { 'x-forwarded-for': '203.0.113.9', ...named };
        outcomes.push(await send(listening.port, headers, 'nobody@example.com', 'wrong'));
      }
      expect(outcomes).toEqual(['INVALID_CREDENTIALS', ...Array(5).fill('RATE_LIMITED')]);
      await listening.stop();
    });

    it.each([
      ['', 'INVALID_CREDENTIALS RATE_LIMITED'],
      ['loopback', 'INVALID_CREDENTIALS INVALID_CREDENTIALS'],
    ])(
      'is the address in X-Forwarded-For only behind a trusted proxy (TRUSTED_PROXIES=%j)',
      async (TRUSTED_PROXIES, expected) => {
        await open({ RATE_LOGIN: '1/15m', TRUSTED_PROXIES });
        const listening = await listen(app.app.server, { host: '127.0.0.1', port: 0 }, app.app.log);
        const codes = [await attempt(listening.port, '198.51.100.1'), await attempt(listening.port, '198.51.100.2')];
        expect(codes.join(' ')).toBe(expected);
        await listening.stop();
      },
    );
  });
});
