import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { linesOf, newPerson, openTestApp, type Person, type TestApp } from '../support/app.js';
import { failDatabase } from '../support/fail-database.js';
import { styles } from '../support/styles.js';

describe('the access log', () => {
  let app: TestApp;
  let ada: Person;
  beforeAll(async () => {
    app = await openTestApp({ DEBUG: 'true' });
    ada = await newPerson(app);
  });
  afterAll(() => app.close());

  const json = { 'content-type': 'application/json' };
  const post = (body: string, headers: Record<string, string> = json) => ({ method: 'POST', headers, body });
  const graphql = (document: string, more: object = {}) => post(JSON.stringify({ query: document, ...more }));

  describe('has one line for a request', () => {
    it.each<[string, string, RequestInit, object]>([
      ['GET', '/health?x=secret', {}, { method: 'GET', path: '/health', operation: 'Query.health', status: 200 }],
      ['HEAD', '/health', { method: 'HEAD' }, { method: 'HEAD', path: '/health', operation: 'Query.health', status: 200 }],
      ['no token', '/api/tasks', {}, { method: 'GET', path: '/api/tasks', operation: 'Query.tasks', status: 401 }],
      ['an unknown route', '/nothing', {}, { method: 'GET', path: '/nothing', status: 404 }],
      ['a method that is not allowed', '/api/tasks', { method: 'PATCH' }, { method: 'PATCH', path: '/api/tasks', status: 405 }],
      ['a body that is not JSON', '/api/auth/login', post('{'), { operation: 'Mutation.login', status: 400 }],
      ['a body that is too large', '/api/auth/login', post(' '.repeat(102_401)), { path: '/api/auth/login', status: 413 }],
      [
        'a preflight',
        '/api/tasks',
        { method: 'OPTIONS', headers: { origin: 'http://localhost:3000', 'access-control-request-method': 'PUT' } },
        { method: 'OPTIONS', status: 204 },
      ],
      [
        'GraphQL',
        '/graphql',
        graphql('{ a: health { status } b: me { id } }'),
        { method: 'POST', path: '/graphql', operation: 'Query.health Query.me', status: 200 },
      ],
      [
        'GraphQL with a fragment',
        '/graphql',
        graphql('{ ...F } fragment F on Query { health { status } }'),
        { operation: 'Query.health', status: 200 },
      ],
      ['GraphQL that does not parse', '/graphql', graphql('{'), { path: '/graphql', status: 200 }],
      ['a mutation by GET', '/graphql?query=mutation{logout}', {}, { method: 'GET', path: '/graphql', status: 405 }],
    ])('with id, method, operation, status and milliseconds: %s', async (_, path, init, expected) => {
      const lines = await linesOf(app, () =>
        app.fetch(path, { ...init, headers: { ...(init.headers as object), 'x-request-id': 'this-one' } }),
      );
      const every = { level: 30, requestId: 'this-one', ms: expect.any(Number) };
      expect(lines).toEqual([expect.objectContaining({ ...every, ...expected })]);
      expect(lines[0]).not.toHaveProperty('userId');
    });

    it.each(styles)('with the user’s id, over $name', async (style) => {
      const [line, ...more] = await linesOf(app, () => style.call(app.fetch, 'me', {}, ada.token));
      expect(more).toEqual([]);
      expect(line).toMatchObject({ operation: 'Query.me', status: 200, userId: ada.id });
    });

    it.each(styles)('even if the client sends line breaks, over $name', async (style) => {
      const forged = '\n{"level":60,"msg":"forged"}\u2028\x1b[2J';
      const lines = await linesOf(app, () => style.call(app.fetch, 'login', { input: { email: forged, password: forged } }));
      expect(lines.map(({ level }) => level)).toEqual([40, 30]);
      expect(JSON.stringify(lines)).not.toContain('forged');
    });
  });

  describe('line of an error', () => {
    it.each(styles)('has the error’s code and that code’s level, also with status 200, over $name', async (style) => {
      const refused = await linesOf(app, () => style.call(app.fetch, 'task', { id: 2_147_483_647 }, ada.token));
      expect(refused).toEqual([expect.objectContaining({ level: 30, msg: 'request.completed', errorCodes: ['NOT_FOUND'] })]);
      const restore = failDatabase(app.db, () => {
        throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
      });
      const failed = await linesOf(app, () => style.call(app.fetch, 'tasks', {}, ada.token));
      restore();
      expect(failed.filter(({ msg }) => msg === 'request.completed')).toEqual([
        expect.objectContaining({ level: 40, errorCodes: ['SERVICE_UNAVAILABLE'] }),
      ]);
    });

    it('has the error’s code when the request is rejected before GraphQL runs', async () => {
      const lines = await linesOf(app, () => app.fetch('/graphql', post('{}', { 'content-type': 'text/plain' })));
      expect(lines).toEqual([expect.objectContaining({ status: 415, errorCodes: ['UNSUPPORTED_MEDIA_TYPE'] })]);
    });
  });

  it('names the setting that would allow a rejected CORS origin, once', async () => {
    const origin = 'https://not-listed.example';
    const send = () => app.fetch('/health', { headers: { origin } });
    const lines = await linesOf(app, async () => {
      for (let time = 1; time <= 3; time++) await send();
    });
    expect(lines.filter(({ msg }) => msg === 'cors.origin-refused')).toEqual([
      expect.objectContaining({ level: 40, origin, cure: 'add the origin to CORS_ORIGINS' }),
    ]);
  });
});
