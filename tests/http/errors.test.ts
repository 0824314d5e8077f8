import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { routes } from '../../src/rest/routes.js';
import { newPerson, sharedApp } from '../support/app.js';
import { readRestError, transports } from '../support/transports.js';

const app = await sharedApp();
const ada = await newPerson(app);

describe('the error format', () => {
  const json = { 'content-type': 'application/json' };
  const put = (body: BodyInit, headers: Record<string, string> = json) => ({ method: 'PUT', headers, body });
  const authorized = (init: RequestInit): RequestInit => ({
    ...init,
    headers: { authorization: `Bearer ${ada.token}`, ...Object.fromEntries(new Headers(init.headers)) },
  });

  describe('is the same for every REST error:', () => {
    it.each<[string, string, RequestInit, number, string]>([
      ['an unknown route', '/api/nothing', {}, 404, 'NOT_FOUND'],
      ['an unknown route of any method', '/api/nothing', { method: 'DELETE' }, 404, 'NOT_FOUND'],
      ['a trailing slash', '/api/tasks/', {}, 404, 'NOT_FOUND'],
      ['a doubled slash', 'http://localhost//api/tasks', {}, 404, 'NOT_FOUND'],
      ['two slashes alone', 'http://localhost//', {}, 404, 'NOT_FOUND'],
      ['a path in another case', '/API/TASKS', {}, 404, 'NOT_FOUND'],
      ['the health path below another prefix', '/anything/health', {}, 404, 'NOT_FOUND'],
      ['Sofa’s webhook', '/webhook', put('{}'), 404, 'NOT_FOUND'],
      [
        'Sofa’s webhook below /api',
        '/api/webhook',
        { ...put('{"url":"http://127.0.0.1:9/"}'), method: 'POST' },
        404,
        'NOT_FOUND',
      ],
      ['Sofa’s webhook by its id', '/api/webhook/x', { method: 'DELETE' }, 404, 'NOT_FOUND'],
      ...['/.env', '/.git/config', '/package.json', '/dist/server/main.js', '/dist/server/main.js.map', '/metrics', '/debug'].map(
        (path): [string, string, RequestInit, number, string] => [`${path}, which is not public`, path, {}, 404, 'NOT_FOUND'],
      ),
      ['the list of users', '/api/users', {}, 404, 'NOT_FOUND'],
      ['a user by id', '/api/users/user_123', {}, 404, 'NOT_FOUND'],
      ['/graphql with a trailing slash', '/graphql/', {}, 404, 'NOT_FOUND'],
      ['a wrong method', '/api/tasks/1', { method: 'POST' }, 405, 'METHOD_NOT_ALLOWED'],
      [
        'a method override in a header field',
        '/health',
        { method: 'POST', headers: { 'x-http-method-override': 'GET' } },
        405,
        'METHOD_NOT_ALLOWED',
      ],
      ['a malformed percent encoding', '/api/tasks/%E0%A4%A', {}, 400, 'BAD_REQUEST'],
      ['an invalid id', '/api/tasks/1%2Fcomplete', {}, 400, 'BAD_REQUEST'],
      ['an id that is NUL', '/api/tasks/%00', {}, 400, 'BAD_REQUEST'],
      ['no body', '/api/tasks/1', { method: 'PUT' }, 400, 'BAD_REQUEST'],
      ['an empty body', '/api/tasks/1', put(''), 400, 'BAD_REQUEST'],
      ['a body that is not JSON', '/api/tasks/1', put('{"title":'), 400, 'BAD_REQUEST'],
      ['a body that is not UTF-8', '/api/tasks/1', put(Buffer.from('{"title":"\xff\xfe"}', 'latin1')), 400, 'BAD_REQUEST'],
      ['a body that is a list', '/api/tasks/1', put('[{"title":"x"}]'), 400, 'BAD_REQUEST'],
      ['a body that is null', '/api/tasks/1', put('null'), 400, 'BAD_REQUEST'],
      ['a body that is a string', '/api/tasks/1', put('"title"'), 400, 'BAD_REQUEST'],
      ['a body of 50,000 open brackets', '/api/tasks/1', put('['.repeat(50_000)), 400, 'BAD_REQUEST'],
      [
        'a value with 20,000 levels of nesting',
        '/api/tasks/1',
        put(`{"title":${'['.repeat(20_000)}${']'.repeat(20_000)}}`),
        400,
        'BAD_REQUEST',
      ],
      [
        'a compressed body',
        '/api/tasks/1',
        put(gzipSync('{}'), { ...json, 'content-encoding': 'gzip' }),
        415,
        'UNSUPPORTED_MEDIA_TYPE',
      ],
      [
        'a wrong content type',
        '/api/tasks/1',
        put('{"title":"x"}', { 'content-type': 'text/plain' }),
        415,
        'UNSUPPORTED_MEDIA_TYPE',
      ],
      [
        'a form',
        '/api/tasks/1',
        put('title=x', { 'content-type': 'application/x-www-form-urlencoded' }),
        415,
        'UNSUPPORTED_MEDIA_TYPE',
      ],
      ['no content type', '/api/tasks/1', put(Buffer.from('{"title":"x"}'), {}), 415, 'UNSUPPORTED_MEDIA_TYPE'],
      [
        'a content type that starts like JSON’s',
        '/api/tasks/1',
        put('{}', { 'content-type': 'application/jsonp' }),
        415,
        'UNSUPPORTED_MEDIA_TYPE',
      ],
      ['a body one byte over 100 KiB', '/api/tasks/1', put(`{}${' '.repeat(102_399)}`), 413, 'PAYLOAD_TOO_LARGE'],
      [
        'a body one byte over 100 KiB for an operation without a body',
        '/health',
        { ...put(' '.repeat(102_401)), method: 'POST' },
        413,
        'PAYLOAD_TOO_LARGE',
      ],
    ])('%s', async (_, path, init, status, code) => {
      expect(await readRestError(await app.fetch(path, authorized(init)))).toMatchObject({ status, code });
    });
  });

  const paths = [...new Set(Object.values(routes).map(({ path }) => path))];
  const places = paths.map((path) => ({
    path: path.replace('{id}', '1'),
    methods: Object.values(routes).flatMap((route) => (route.path === path ? [route.method as string] : [])),
  }));
  const allowed = (methods: readonly string[]) => [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'];

  describe.each(places)('at $path', ({ path, methods }) => {
    it('is METHOD_NOT_ALLOWED with an Allow field for every other method', async () => {
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']) {
        if (allowed(methods).includes(method)) continue;
        const response = await app.fetch(path, authorized({ method }));
        expect([response.status, response.headers.get('allow')]).toEqual([405, allowed(methods).join(', ')]);
        if (method !== 'HEAD') expect(await readRestError(response)).toMatchObject({ code: 'METHOD_NOT_ALLOWED', details: {} });
      }
    });

    it('is not used for OPTIONS, which returns Allow without a body to any client', async () => {
      const response = await app.fetch(path, { method: 'OPTIONS' });
      expect([response.status, response.headers.get('allow'), await response.text()]).toEqual([
        204,
        allowed(methods).join(', '),
        '',
      ]);
    });
  });

  describe('allows HEAD wherever GET is allowed:', () => {
    it.each(['/health', '/api/auth/me', '/api/tasks', '/', '/docs', '/openapi.json'])('%s', async (path) => {
      const [get, head] = await Promise.all(['GET', 'HEAD'].map((method) => app.fetch(path, authorized({ method }))));
      const headers = (response?: Response) => [...(response?.headers.keys() ?? [])].filter((name) => name !== 'content-length');
      expect([head?.status, headers(head)]).toEqual([200, headers(get)]);
      expect(await head?.text()).toBe('');
    });

    it('has no body when the method is HEAD', async () => {
      const response = await app.fetch('/api/auth/me', { method: 'HEAD' });
      expect([response.status, await response.text()]).toEqual([401, '']);
    });
  });

  describe('does not apply to a 204 response,', () => {
    it('which has no body, no Content-Length and no Content-Type', async () => {
      const bob = await newPerson(app);
      const response = await app.fetch('/api/auth/logout', { method: 'POST', headers: { authorization: `Bearer ${bob.token}` } });
      expect([response.status, response.body]).toEqual([204, null]);
      for (const name of ['content-length', 'content-type', 'transfer-encoding']) expect(response.headers.has(name)).toBe(false);
    });
  });

  describe.each(transports)('over $name', ({ me, refusal }) => {
    it.each<[string, Record<string, string>, string]>([
      ['Bearer without a token', {}, 'Bearer'],
      [
        'the error invalid_token when a token was sent (RFC 6750 §3.1)',
        { authorization: 'Bearer a.b.c' },
        'Bearer error="invalid_token"',
      ],
    ])('includes the challenge %s in a 401', async (_, headers, challenge) => {
      const response = await me(app.fetch, headers);
      // GraphQL answers a field error with 200 when there is no token.
      if (response.status === 200) return;
      const { status, headers: sent } = await refusal(response);
      expect([status, sent.get('www-authenticate')]).toEqual([401, challenge]);
    });
  });
});
