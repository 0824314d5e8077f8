import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newPerson, openTestApp, type Person, type TestApp } from '../support/app.js';
import { query } from '../support/graphql.js';
import { styles } from '../support/styles.js';
import { transports } from '../support/transports.js';

describe('the response header fields', () => {
  const ours = 'https://app.example';
  let app: TestApp;
  let ada: Person;
  beforeAll(async () => {
    app = await openTestApp({ CORS_ORIGINS: `${ours}, https://other.example` });
    ada = await newPerson(app);
  });
  afterAll(() => app.close());

  const json = { 'content-type': 'application/json' };
  const post = (body: string, headers: Record<string, string> = json) => ({ method: 'POST', headers, body });
  /** Every kind of answer: name, path, request. */
  const answers: [string, string, RequestInit][] = [
    ['REST data', '/health', {}],
    ['a REST refusal', '/api/auth/me', {}],
    ['no such route', '/nothing', {}],
    ['a method that is not allowed', '/health', { method: 'DELETE' }],
    ['a body that is too large', '/api/tasks', post(' '.repeat(102_401))],
    ['GraphQL data', '/graphql', post('{"query":"{ health { status } }"}')],
    ['a GraphQL refusal', '/graphql', post('{')],
    ['another media type', '/graphql', post('x', {})],
    ['a bad token', '/graphql', post('{"query":"{ me { id } }"}', { ...json, authorization: 'Bearer x' })],
    ['GraphQL by GET', '/graphql?query={__typename}', {}],
    ['OPTIONS', '/api/tasks', { method: 'OPTIONS' }],
    ['HEAD', '/health', { method: 'HEAD' }],
    ['the first page', '/', {}],
    ['GraphiQL', '/graphql', { headers: { accept: 'text/html' } }],
    ['Swagger UI', '/docs', {}],
    ['the OpenAPI document', '/openapi.json', {}],
  ];
  const from = (origin: string, init: RequestInit): RequestInit => ({
    ...init,
    headers: { ...Object.fromEntries(new Headers(init.headers)), origin },
  });
  const corsHeaders = (headers: Headers) => [...headers].filter(([name]) => name.startsWith('access-control-'));
  const preflight = (origin: string, method = 'PUT'): RequestInit => ({
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': 'authorization,content-type' },
  });

  describe.each(answers)('for %s', (_, path, init) => {
    it('let a listed origin read the response with credentials', async () => {
      const { headers } = await app.fetch(path, from(ours, init));
      expect(headers.get('access-control-allow-origin')).toBe(ours);
      expect(headers.get('access-control-allow-credentials')).toBe('true');
      expect(headers.get('access-control-expose-headers')).toContain('x-request-id');
      expect(headers.get('vary')).toContain('Origin');
    });

    it('let no other origin read the response, and include Vary: Origin', async () => {
      for (const origin of ['https://evil.example', 'null']) {
        const { headers } = await app.fetch(path, from(origin, init));
        expect([corsHeaders(headers), headers.get('vary')?.includes('Origin')]).toEqual([[], true]);
      }
      expect(corsHeaders((await app.fetch(path, init)).headers)).toEqual([]);
    });

    it('include the security fields, do not reveal the server software, and prevent reuse without validation', async () => {
      const { headers } = await app.fetch(path, init);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
      expect(headers.get('cache-control')).toMatch(/no-cache/);
      expect(headers.has('server') || headers.has('x-powered-by')).toBe(false);
      expect(headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
    });
  });

  describe('with CORS_ORIGINS', () => {
    const strangers = [
      'https://evil.example',
      'null',
      'https://app.example.evil',
      'https://evilapp.example',
      'https://sub.app.example',
      'http://app.example',
      'https://app.example:444',
      'https://app.example/',
      'https://APP.example',
      `${ours},https://other.example`,
      '*',
      '',
    ];

    it.each(strangers)('let %j neither read with credentials nor pass the preflight', async (origin) => {
      for (const path of ['/graphql', '/api/tasks/1', '/api/auth/login']) {
        for (const init of [from(origin, {}), preflight(origin)]) {
          const { headers } = await app.fetch(path, init);
          expect([path, corsHeaders(headers), headers.get('vary')]).toEqual([path, [], expect.stringContaining('Origin')]);
        }
      }
    });

    it.each(['/graphql', '/api/tasks/1', '/api/auth/login', '/nothing'])(
      'let a listed origin pass the preflight: %s',
      async (path) => {
        const before = app.lines.length;
        const { status, headers } = await app.fetch(path, preflight('https://other.example'));
        expect([status, headers.get('access-control-allow-origin')]).toEqual([204, 'https://other.example']);
        for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
          expect(headers.get('access-control-allow-methods')).toContain(method);
        for (const name of [
          ...['authorization', 'content-type', 'x-request-id', 'x-session', 'x-csrf-token', 'traceparent', 'tracestate'],
          ...['idempotency-key', 'if-match', 'if-none-match', 'apollo-require-preflight'],
          ...['apollographql-client-name', 'apollographql-client-version'],
        ])
          expect(headers.get('access-control-allow-headers')).toContain(name);
        expect(Number(headers.get('access-control-max-age'))).toBeGreaterThan(0);
        expect(app.lines.slice(before)).toMatchObject([{ method: 'OPTIONS', status: 204 }]);
      },
    );
  });

  describe.each(styles)('over $name: Cache-Control', (style) => {
    const call = async (operation: Parameters<typeof style.call>[1], args: object, token?: string) =>
      (await style.call(app.fetch, operation, args, token)).headers.get('cache-control');

    it('is private, no-cache for data and for errors', async () => {
      expect(await call('me', {}, ada.token)).toBe('private, no-cache');
      expect(await call('tasks', {}, ada.token)).toBe('private, no-cache');
      expect(await call('task', { id: 2147483647 }, ada.token)).toBe('private, no-cache');
      expect(await call('me', {})).toBe('private, no-cache');
    });

    it('is no-store for tokens', async () => {
      const { email, password } = ada;
      expect(await call('login', { input: { email, password } })).toBe('no-store');
      expect(await call('signup', { input: { email: `${style.name}-${email}`, password, name: 'x' } })).toBe('no-store');
      const bob = await newPerson(app);
      expect(await call('refresh', { input: { refreshToken: bob.refreshToken } })).toBe('no-store');
    });
  });

  it('contain no-store also for tokens behind an alias, in a fragment or beside other fields', async () => {
    const document = `mutation { ...F } fragment F on Mutation { a: toggleTask(id: 1) { id } b: login(input: { email: "${ada.email}", password: "${ada.password}" }) { accessToken } }`;
    const { data, headers } = await query(app.fetch, document, ada.token);
    expect(data).toMatchObject({ b: { accessToken: expect.any(String) } });
    expect(headers.get('cache-control')).toBe('no-store');
  });

  const production = { NODE_ENV: 'production', BETTER_AUTH_SECRET: 'a secret of the tests for production, 48 bytes' };
  const proxies = { TRUSTED_PROXIES: 'loopback' };

  it.each<[string, object, string | undefined, string | null]>([
    ['in production, when a trusted proxy says https', { ...production, ...proxies }, 'https', 'max-age=31536000'],
    ['not when the trusted proxy says http', { ...production, ...proxies }, 'http', null],
    ['not when the proxy does not say', { ...production, ...proxies }, undefined, null],
    ['not when a client says https itself', production, 'https', null],
    ['not in development', { NODE_ENV: 'development', ...proxies }, 'https', null],
  ])('contain Strict-Transport-Security %s', async (_, settings, scheme, expected) => {
    const test = await openTestApp({ ...settings });
    const forwarded: Record<string, string> = scheme === undefined ? {} : { 'x-forwarded-proto': scheme };
    for (const { me } of transports)
      expect((await me(test.fetch, forwarded)).headers.get('strict-transport-security')).toBe(expected);
    await test.close();
  });

  describe.each(transports)('over $name: X-Request-Id', ({ me }) => {
    const idFor = async (id: string) => (await me(app.fetch, { 'x-request-id': id })).headers.get('x-request-id');

    it.each(['a', 'trace-1:2_3.4', 'x'.repeat(128)])('repeats a valid id from the client: %s', async (id) => {
      expect(await idFor(id)).toBe(id);
    });

    it.each(['', 'a b', 'x'.repeat(129), '<script>', 'caf\xe9', '{"level":60}', 'a,b'])(
      'is a new id when the client’s is invalid: %j',
      async (id) => {
        expect(await idFor(id)).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
      },
    );
  });
});
