import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, it } from '@jest/globals';
import { newPerson, openTestApp, password } from '../support/app.js';
import { CookieJar, setCookiesOf } from '../support/cookies.js';
import { type Outcome, styles } from '../support/styles.js';

const origin = 'https://front.example';
const app = await openTestApp({ CORS_ORIGINS: origin, TRUSTED_PROXIES: 'loopback' });
afterAll(app.close);

const cookieHeaders = { 'x-session': 'cookie', origin };
const overHttps = { 'x-forwarded-proto': 'https' };
const newInput = () => ({ email: `${randomBytes(8).toString('hex')}@example.com`, password, name: 'Ada' });
const csrfOf = ({ headers }: Outcome) => headers.get('x-csrf-token');

describe.each(styles)('a session in cookies, over $name,', (style) => {
  /** A browser that has signed up. */
  async function signedUp(headers: Record<string, string> = {}) {
    const jar = new CookieJar(app.fetch, { ...cookieHeaders, ...headers });
    const outcome = await style.call(jar.fetch, 'signup', { input: newInput() });
    return { jar, outcome, csrfToken: csrfOf(outcome) ?? '' };
  }

  it('leaves the tokens out of the body of signup, login and refresh, and sends them in cookies', async () => {
    const { jar, outcome } = await signedUp();
    const { email } = (outcome.value as { user: { email: string } }).user;
    const login = await style.call(jar.fetch, 'login', { input: { email, password } });
    const refresh = await style.call(jar.fetch, 'refresh');
    for (const { value, headers } of [outcome, login, refresh]) {
      const tokens = { access_token: null, refresh_token: null };
      const rest = { token_type: 'Bearer', expires_in: expect.closeTo(7 * 86_400, -1), user: expect.objectContaining({ email }) };
      expect(value).toEqual(style.name === 'REST' ? rest : { ...rest, ...tokens });
      const cookies = setCookiesOf(headers);
      expect([...cookies.keys()].sort()).toEqual(['csrf', 'refresh', 'session']);
      expect(cookies.get('session')?.attributes).toEqual([
        'HttpOnly',
        expect.stringMatching(/^Max-Age=\d{7}$/),
        'Path=/',
        'SameSite=Lax',
      ]);
      expect(cookies.get('refresh')?.attributes).toEqual(cookies.get('session')?.attributes);
      expect(cookies.get('csrf')?.attributes).toEqual([expect.stringMatching(/^Max-Age=\d{7}$/), 'Path=/', 'SameSite=Lax']);
      expect(headers.get('x-csrf-token')).toBe(cookies.get('csrf')?.value);
      expect(headers.get('cache-control')).toBe('no-store');
    }
  });

  it('has cookies for this host alone, and for https, when the client speaks https to a trusted proxy', async () => {
    const { outcome } = await signedUp(overHttps);
    const cookies = setCookiesOf(outcome.headers);
    expect([...cookies.keys()].sort()).toEqual(['__Host-refresh', '__Host-session', 'csrf']);
    for (const name of ['__Host-refresh', '__Host-session'])
      expect(cookies.get(name)?.attributes).toEqual(expect.arrayContaining(['HttpOnly', 'Path=/', 'SameSite=Lax', 'Secure']));
    expect(cookies.get('csrf')?.attributes).toContain('Secure');
  });

  it('has the same cookies in production, and none for https when no trusted proxy says so', async () => {
    const production = await openTestApp({
      NODE_ENV: 'production',
      BETTER_AUTH_SECRET: 'V2hhdCBhIGdvb2Qgc2VjcmV0IGxvb2tzIGxpa2Ugb2YgY291cnNl',
      CORS_ORIGINS: origin,
    });
    const outcome = await style.call(new CookieJar(production.fetch, cookieHeaders).fetch, 'signup', { input: newInput() });
    expect([...setCookiesOf(outcome.headers).keys()].sort()).toEqual(['__Host-refresh', '__Host-session', 'csrf']);
    await production.close();
    const plain = await openTestApp({ CORS_ORIGINS: origin });
    const forged = await style.call(new CookieJar(plain.fetch, { ...cookieHeaders, ...overHttps }).fetch, 'signup', {
      input: newInput(),
    });
    expect([...setCookiesOf(forged.headers).keys()].sort()).toEqual(['csrf', 'refresh', 'session']);
    await plain.close();
  });

  it('does not read the cookies of http over https, which another host of the site could have set', async () => {
    const { jar } = await signedUp();
    jar.headers['x-forwarded-proto'] = 'https';
    expect((await style.call(jar.fetch, 'me')).code).toBe('UNAUTHENTICATED');
  });

  it('sets no cookie unless the client asks for it', async () => {
    const { headers, value } = await style.call(app.fetch, 'signup', { input: newInput() });
    expect([headers.getSetCookie(), csrfOf({ headers } as Outcome)]).toEqual([[], null]);
    expect(value).toMatchObject({ access_token: expect.any(String), refresh_token: expect.any(String) });
  });

  it('reads without a CSRF token, and me sends it', async () => {
    const { jar, csrfToken } = await signedUp();
    const me = await style.call(jar.fetch, 'me');
    expect([me.code, csrfOf(me)]).toEqual([undefined, csrfToken]);
    expect((await style.call(jar.fetch, 'tasks')).value).toMatchObject({ data: [] });
    // A bearer client has no use for one.
    expect(csrfOf(await style.call(app.fetch, 'me', {}, (await newPerson(app)).token))).toBeNull();
  });

  it('writes with the CSRF token', async () => {
    const { jar, csrfToken } = await signedUp();
    jar.headers['x-csrf-token'] = csrfToken;
    expect((await style.call(jar.fetch, 'createTask', { input: { title: 'By cookie' } })).value).toMatchObject({
      title: 'By cookie',
    });
  });

  it.each<[string, string, (headers: Record<string, string>) => void]>([
    ['without a CSRF token', 'token', (headers) => delete headers['x-csrf-token']],
    ['with another CSRF token', 'token', (headers) => Object.assign(headers, { 'x-csrf-token': 'x'.repeat(43) })],
    ['from a foreign origin', 'origin', (headers) => Object.assign(headers, { origin: 'https://evil.example' })],
    ['from a sandboxed frame', 'origin', (headers) => Object.assign(headers, { origin: 'null' })],
    ['from the origin with another scheme', 'origin', (headers) => Object.assign(headers, { origin: 'http://front.example' })],
    ['from another host of the site', 'origin', (headers) => Object.assign(headers, { origin: 'https://blog.front.example' })],
    ['from nowhere', 'origin', (headers) => delete headers.origin],
    ['from another site, by Sec-Fetch-Site', 'origin', (headers) => Object.assign(headers, { 'sec-fetch-site': 'cross-site' })],
  ])('refuses a write %s with CSRF_FAILED, 403', async (_, reason, change) => {
    const { jar, csrfToken } = await signedUp();
    jar.headers['x-csrf-token'] = csrfToken;
    change(jar.headers);
    const outcome = await style.call(jar.fetch, 'createTask', { input: { title: 'Forged' } });
    expect(outcome).toMatchObject({ status: 403, code: 'CSRF_FAILED', details: { reason } });
    expect((await style.call(jar.fetch, 'tasks')).value).toMatchObject({ total: 0 });
  });

  it('refuses the CSRF token of another session', async () => {
    const [ada, bob] = [await signedUp(), await signedUp()];
    ada.jar.headers['x-csrf-token'] = bob.csrfToken;
    expect(await style.call(ada.jar.fetch, 'createTask', { input: { title: 'x' } })).toMatchObject({ code: 'CSRF_FAILED' });
  });

  it('accepts a write of a page of this server’s own origin', async () => {
    const { jar, csrfToken } = await signedUp();
    Object.assign(jar.headers, { 'x-csrf-token': csrfToken, 'sec-fetch-site': 'same-origin' });
    delete jar.headers.origin;
    expect((await style.call(jar.fetch, 'createTask', { input: { title: 'Own page' } })).code).toBeUndefined();
  });

  it('yields to a bearer token, which needs no CSRF token', async () => {
    const [{ jar }, bob] = [await signedUp(), await newPerson(app)];
    const { value } = await style.call(jar.fetch, 'createTask', { input: { title: 'By Bob' } }, bob.token);
    expect(value).toMatchObject({ user_id: bob.id });
    expect(await style.call(jar.fetch, 'me', {}, 'no.such.token')).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('is refreshed by its cookie, from an allowed origin, without a CSRF token', async () => {
    const { jar, csrfToken } = await signedUp();
    const before = [jar.get('session'), jar.get('refresh')];
    expect(await style.call(jar.fetch, 'refresh')).toMatchObject({ status: 200 });
    expect(jar.get('refresh')).not.toBe(before[1]);
    // The CSRF token is that of the session.
    expect(jar.get('csrf')).toBe(csrfToken);
    for (const foreign of ['https://evil.example', undefined]) {
      if (foreign) jar.headers.origin = foreign;
      else delete jar.headers.origin;
      expect(await style.call(jar.fetch, 'refresh')).toMatchObject({ status: 403, code: 'CSRF_FAILED' });
    }
  });

  it('is refreshed by two tabs at once: both go on with the same session', async () => {
    const { jar, csrfToken } = await signedUp();
    const outcomes = await Promise.all([1, 2, 3].map(() => style.call(jar.fetch, 'refresh')));
    expect(outcomes.map(({ code }) => code)).toEqual([undefined, undefined, undefined]);
    expect(new Set(outcomes.map(({ headers }) => setCookiesOf(headers).get('refresh')?.value)).size).toBe(1);
    jar.headers['x-csrf-token'] = csrfToken;
    expect((await style.call(jar.fetch, 'createTask', { input: { title: 'Still here' } })).code).toBeUndefined();
  });

  it('is not refreshed without a token, in a cookie or in the body: VALIDATION_ERROR', async () => {
    const jar = new CookieJar(app.fetch, cookieHeaders);
    for (const args of [{}, { input: {} }, { input: null }])
      expect(await style.call(jar.fetch, 'refresh', args)).toMatchObject({
        code: 'VALIDATION_ERROR',
        details: { field: 'refresh_token' },
      });
    const { jar: other } = await signedUp();
    delete other.headers['x-session'];
    expect(await style.call(other.fetch, 'refresh')).toMatchObject({ code: 'VALIDATION_ERROR' });
  });

  it('does not begin on a foreign page', async () => {
    const { email } = await newPerson(app);
    const jar = new CookieJar(app.fetch, { ...cookieHeaders, origin: 'https://evil.example' });
    expect(await style.call(jar.fetch, 'login', { input: { email, password } })).toMatchObject({
      status: 403,
      code: 'CSRF_FAILED',
    });
    expect(jar.names).toEqual([]);
  });

  it('ends with a logout, which deletes the cookies', async () => {
    const { jar, csrfToken } = await signedUp();
    const session = jar.get('session') ?? '';
    jar.headers['x-csrf-token'] = csrfToken;
    expect(await style.call(jar.fetch, 'logout')).toMatchObject({ value: true });
    expect(jar.names).toEqual([]);
    jar.set('session', session);
    expect(await style.call(jar.fetch, 'me')).toMatchObject({ code: 'UNAUTHENTICATED', details: { reason: 'revoked' } });
  });

  it('says expired when the access token has expired, so that the page refreshes it', async () => {
    const short = await openTestApp({ CORS_ORIGINS: origin, JWT_EXPIRY_DAYS: '0.00001' });
    const jar = new CookieJar(short.fetch, cookieHeaders);
    await style.call(jar.fetch, 'signup', { input: newInput() });
    const { exp } = JSON.parse(Buffer.from(jar.get('session')?.split('.')[1] ?? '', 'base64url').toString()) as { exp: number };
    await new Promise((resolve) => setTimeout(resolve, exp * 1000 - Date.now() + 5));
    expect(await style.call(jar.fetch, 'me')).toMatchObject({ code: 'UNAUTHENTICATED', details: { reason: 'expired' } });
    await short.close();
  });

  it('never blocks a sign-in when it is stale', async () => {
    const { email } = await newPerson(app);
    const jar = new CookieJar(app.fetch, cookieHeaders);
    jar.set('session', 'no.such.token');
    expect(await style.call(jar.fetch, 'login', { input: { email, password } })).toMatchObject({ status: 200 });
  });
});

describe('a page of another site', () => {
  async function browser() {
    const jar = new CookieJar(app.fetch, cookieHeaders);
    await jar.fetch('/api/auth/signup', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(newInput()),
    });
    jar.headers.origin = 'https://evil.example';
    delete jar.headers['x-session'];
    return jar;
  }
  const mutation = 'mutation { createTask(input: { title: "Forged" }) { id } }';

  it.each<[string, string, string, string, number]>([
    ['a form', '/graphql', 'application/x-www-form-urlencoded', `query=${encodeURIComponent(mutation)}`, 415],
    [
      'a multipart form',
      '/graphql',
      'multipart/form-data; boundary=x',
      `--x\r\ncontent-disposition: form-data; name="query"\r\n\r\n${mutation}\r\n--x--`,
      415,
    ],
    ['JSON as text/plain', '/graphql', 'text/plain', JSON.stringify({ query: mutation }), 415],
    ['JSON as text/plain with parameters', '/graphql', 'text/plain; application/json', JSON.stringify({ query: mutation }), 415],
    ['JSON', '/graphql', 'application/json', JSON.stringify({ query: mutation }), 403],
    ['a form to REST', '/api/tasks', 'application/x-www-form-urlencoded', 'title=Forged', 403],
    ['JSON as text/plain to REST', '/api/tasks', 'text/plain', '{"title":"Forged"}', 403],
    ['nothing to REST', '/api/auth/logout', 'text/plain', '', 403],
  ])('writes nothing by %s', async (_, path, type, body, status) => {
    const jar = await browser();
    const response = await jar.fetch(path, { method: 'POST', headers: { 'content-type': type }, body });
    expect(response.status).toBe(status);
    expect(response.headers.has('access-control-allow-origin')).toBe(false);
    expect(await (await jar.fetch('/api/tasks')).json()).toMatchObject({ total: 0 });
  });

  it('writes nothing by GET', async () => {
    const jar = await browser();
    expect((await jar.fetch(`/graphql?query=${encodeURIComponent(mutation)}`)).status).toBe(405);
    expect((await jar.fetch('/api/auth/logout')).status).toBe(405);
    expect(await (await jar.fetch('/api/tasks')).json()).toMatchObject({ total: 0 });
  });

  it('gets no leave to send the header fields that cookies need', async () => {
    const headers = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-csrf-token,x-session' };
    const preflight = (from: string) => app.fetch('/graphql', { method: 'OPTIONS', headers: { ...headers, origin: from } });
    expect((await preflight('https://evil.example')).headers.has('access-control-allow-origin')).toBe(false);
    const allowed = await preflight(origin);
    expect(allowed.headers.get('access-control-allow-headers')).toMatch(/x-csrf-token, x-session/);
    expect((await app.fetch('/health', { headers: { origin } })).headers.get('access-control-expose-headers')).toContain(
      'x-csrf-token',
    );
  });

  it('is refused as a whole when one of several fields writes', async () => {
    const jar = await browser();
    jar.headers.origin = origin;
    const query = `mutation { login(input: { email: "a@example.com", password: "x" }) { tokenType } ${mutation.slice(11, -2)} }`;
    const response = await jar.fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    expect([response.status, await response.json()]).toMatchObject([403, { errors: [{ extensions: { code: 'CSRF_FAILED' } }] }]);
  });
});
