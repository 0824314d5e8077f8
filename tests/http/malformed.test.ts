import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { linesOf, newPerson, type Person } from '../support/app.js';
import { openConnection, openSocketApp, type RawResponse, requestText, type SocketApp } from '../support/socket.js';

describe('a malformed or unusual request', () => {
  let app: SocketApp;
  let ada: Person;
  beforeAll(async () => {
    app = await openSocketApp();
    ada = await newPerson(app);
  });
  afterAll(() => app.close());

  /** Sends a text on a connection of its own. */
  async function say(text: string, head = false): Promise<RawResponse> {
    const connection = await openConnection(app.port);
    connection.send(Buffer.from(text, 'latin1'));
    const answer = await connection.answer(head);
    connection.destroy();
    return answer;
  }
  const get = (path: string, headers: Record<string, string> = {}) => requestText(`GET ${path}`, headers);
  const lines = (...text: string[]) => `${text.join('\r\n')}\r\n\r\n`;
  const host = 'Host: localhost';
  const post = (...fields: string[]) => lines('POST /api/auth/login HTTP/1.1', host, 'Content-Type: application/json', ...fields);
  const token = () => `Bearer ${ada.token}`;
  const chunk = '2\r\n{}\r\n0';

  it.each(['http://tasks.example/health', 'HTTP://[::1]:8000/health', 'https://tasks.example:8443/health?x=1'])(
    'with a target in absolute form is served, as a forward proxy sends it: %s',
    async (target) => {
      const { status, body } = await say(get(target));
      expect([status, JSON.parse(body)]).toEqual([200, expect.objectContaining({ status: 'ok' })]);
    },
  );

  it.each([
    ['lines that end with LF alone', 'GET /health HTTP/1.1\nHost: localhost\n\n'],
    ['an LF in a chunk extension', `${post('Transfer-Encoding: chunked')}2;a\nb\r\n{}\r\n0\r\n\r\n`],
    ['an LF after a chunk size', `${post('Transfer-Encoding: chunked')}2\n{}\r\n0\r\n\r\n`],
    ['a Content-Length and chunked encoding', `${post('Content-Length: 5', 'Transfer-Encoding: chunked')}${chunk}\r\n\r\n`],
  ])('with %s is 400 and ends the connection, so that nothing after it is served', async (_, text) => {
    const connection = await openConnection(app.port);
    connection.send(Buffer.from(text + get('/api/tasks', { authorization: token() }), 'latin1'));
    const { status, headers } = await connection.answer();
    expect([status, headers.connection]).toEqual([400, 'close']);
    await connection.closed;
    await expect(connection.answer()).rejects.toThrow('closed without a whole answer: ""');
  });

  it('with two Authorization fields is UNAUTHENTICATED in GraphQL, too', async () => {
    const text = '{"query":"{ me { id } }"}';
    const fields = [`Authorization: ${token()}`, `Authorization: ${token()}`, 'Content-Type: application/json'];
    const { status, body } = await say(lines('POST /graphql HTTP/1.1', host, ...fields, `Content-Length: ${text.length}`) + text);
    expect([status, JSON.parse(body)]).toMatchObject([401, { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] }]);
  });

  it('has a line in the log when it is malformed', async () => {
    const lines = await linesOf(app, async () => {
      await say('nonsense\r\n\r\n');
      await say(get('ftp://evil.example/health'));
    });
    expect(lines.filter(({ msg }) => msg === 'request.malformed')).toEqual(
      Array(2).fill(expect.objectContaining({ level: 30, status: 400, requestId: expect.any(String) })),
    );
  });

  it.each(['application/json\t; charset=utf-8', 'application/json \t;charset=utf-8', 'APPLICATION/JSON'])(
    'may have a tab before a parameter of its media type: %j',
    async (type) => {
      const text = '{"title":"Tabbed"}';
      const fields = { authorization: token(), 'content-type': type, 'content-length': String(text.length) };
      expect((await say(requestText('POST /api/tasks', fields, text))).status).toBe(201);
    },
  );

  describe('that is malformed returns the error format:', () => {
    it.each<[string, () => string, number, string]>([
      ['an absolute form with credentials', () => get('http://user@evil.example/health'), 400, 'BAD_REQUEST'],
      ['an absolute form without a host', () => get('http:///health'), 400, 'BAD_REQUEST'],
      ['another scheme', () => get('ftp://evil.example/health'), 400, 'BAD_REQUEST'],
      ['the target *', () => requestText('OPTIONS *'), 400, 'BAD_REQUEST'],
      ['CONNECT', () => requestText('CONNECT 127.0.0.1:5432'), 400, 'BAD_REQUEST'],
      ['no Host field', () => lines('GET /health HTTP/1.1'), 400, 'BAD_REQUEST'],
      ['two Host fields', () => lines('GET /health HTTP/1.1', host, 'Host: other'), 400, 'BAD_REQUEST'],
      ...['[::bad', '::1', 'a b', 'a,b', 'user@host', 'a/b', 'a?b', 'a:port', 'a\\b'].map(
        (odd): [string, () => string, number, string] => [
          `the Host ${odd}`,
          () => get('/health', { host: odd }),
          400,
          'BAD_REQUEST',
        ],
      ),
      ['an invalid method', () => requestText('FOO /health'), 400, 'BAD_REQUEST'],
      ['TRACE', () => requestText('TRACE /health', { 'x-reflected': 'me' }), 405, 'METHOD_NOT_ALLOWED'],
      ['PURGE', () => requestText('PURGE /api/tasks'), 405, 'METHOD_NOT_ALLOWED'],
      ['a header of 20 KB', () => get('/health', { x: 'x'.repeat(20_000) }), 431, 'BAD_REQUEST'],
      ['a token of 17 KB', () => get('/api/auth/me', { authorization: `Bearer ${'a'.repeat(17_000)}` }), 431, 'BAD_REQUEST'],
      ['a path of 20 KB', () => get(`/${'a'.repeat(20_000)}`), 431, 'BAD_REQUEST'],
      ['a path that is not ASCII', () => get('/caf\xe9'), 400, 'BAD_REQUEST'],
      ['text that is not HTTP', () => '\x16\x03\x01\x02\0\r\n\r\n', 400, 'BAD_REQUEST'],
      ['HTTP/2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'BAD_REQUEST'],
      ['an unsupported HTTP version', () => lines('GET /health HTTP/9.9', host), 400, 'BAD_REQUEST'],
      ['a field without a colon', () => lines('GET /health HTTP/1.1', host, 'nonsense'), 400, 'BAD_REQUEST'],
      ['a field with NUL', () => get('/health', { x: 'a\0b' }), 400, 'BAD_REQUEST'],
      ['a field with a lone CR', () => get('/health', { x: 'a\rb' }), 400, 'BAD_REQUEST'],
      [
        'a Content-Length and chunked encoding',
        () => `${post('Content-Length: 5', 'Transfer-Encoding: chunked')}${chunk}`,
        400,
        'BAD_REQUEST',
      ],
      [
        'an unknown transfer encoding',
        () => `${post('Transfer-Encoding: chunked', 'Transfer-Encoding: xchunked')}${chunk}`,
        400,
        'BAD_REQUEST',
      ],
      ['two different Content-Length fields', () => `${post('Content-Length: 2', 'Content-Length: 3')}{}`, 400, 'BAD_REQUEST'],
      ['a Content-Length with a sign', () => `${post('Content-Length: +2')}{}`, 400, 'BAD_REQUEST'],
      ['a negative Content-Length', () => `${post('Content-Length: -1')}{}`, 400, 'BAD_REQUEST'],
      ['a Content-Length that is not a number', () => `${post('Content-Length: two')}{}`, 400, 'BAD_REQUEST'],
      ['a Content-Length of 25 digits', () => post(`Content-Length: ${'9'.repeat(25)}`), 400, 'BAD_REQUEST'],
      ['a Content-Length of 11 digits', () => post('Content-Length: 99999999999'), 413, 'PAYLOAD_TOO_LARGE'],
      ['a chunk without a size', () => `${post('Transfer-Encoding: chunked')}x\r\n{}\r\n0\r\n\r\n`, 400, 'BAD_REQUEST'],
      ['two slashes', () => get('//'), 404, 'NOT_FOUND'],
      ['two slashes before /graphql', () => get('//graphql'), 404, 'NOT_FOUND'],
      ['a path with dot segments to /graphql', () => get('/api/../graphql'), 404, 'NOT_FOUND'],
      ['a path that leaves the root', () => get('/docs/..%2f..%2fpackage.json'), 404, 'NOT_FOUND'],
      ['/graphql in capitals', () => get('/GRAPHQL'), 404, 'NOT_FOUND'],
      [
        'two Authorization fields',
        () => lines('GET /api/auth/me HTTP/1.1', host, `Authorization: ${token()}`, `Authorization: ${token()}`),
        401,
        'UNAUTHENTICATED',
      ],
      [
        'two Content-Type fields',
        () => `${post('Content-Type: text/plain', 'Content-Length: 2')}{}`,
        415,
        'UNSUPPORTED_MEDIA_TYPE',
      ],
    ])('%s', async (_, text, status, code) => {
      const answer = await say(text());
      expect([answer.status, JSON.parse(answer.body)]).toEqual([
        status,
        { error_code: code, message: expect.any(String), details: code === 'UNAUTHENTICATED' ? { reason: 'invalid' } : {} },
      ]);
      expect(answer.headers).toMatchObject({
        'content-type': 'application/json; charset=utf-8',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'cache-control': expect.stringMatching(/no-cache|no-store/),
        'x-request-id': expect.stringMatching(/^[\da-f-]{36}$/),
      });
      expect(`${answer.body}${Object.values(answer.headers)}`).not.toContain('reflected');
    });

    it.each([
      ['/api/tasks/..', 404],
      ['/api/tasks/%2e%2e', 404],
      ['/api/tasks/.', 404],
      ['/api/tasks/1\\complete', 405],
      ['/api/tasks/1;a=b', 400],
      ['/api/tasks/1/../2147483647', 404],
      ['/api/tasks/%252e', 400],
      ['/api/tasks/2147483647#complete', 404],
    ])('is never INTERNAL_SERVER_ERROR because of its path: %s', async (path, status) => {
      expect((await say(get(path, { authorization: token() }))).status).toBe(status);
    });
  });

  describe('that is valid but unusual is served:', () => {
    it.each<[string, () => string]>([
      ...['localhost', '', 'example.com:8000', '[::1]:8000', 'EXAMPLE.com.', 'my_host-1', '127.0.0.1:'].map(
        (name): [string, () => string] => [`the Host ${JSON.stringify(name)}`, () => get('/health', { host: name })],
      ),
      ['HTTP/1.0 without Host', () => lines('GET /health HTTP/1.0')],
      [
        'an upgrade',
        () => get('/health', { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABk' }),
      ],
      ['an unknown expectation', () => get('/health', { expect: 'nonsense' })],
      ['a method override in a field', () => get('/health', { 'x-http-method-override': 'DELETE' })],
      [
        'the fields that a proxy sends',
        () => get('/health', { 'x-forwarded-host': 'evil', 'x-forwarded-for': 'junk, ::::', forwarded: 'for="' }),
      ],
    ])('%s', async (_, text) => {
      expect((await say(text())).status).toBe(200);
    });

    it('with two X-Request-Id fields is served with a new id', async () => {
      const { headers } = await say(lines('GET /health HTTP/1.1', host, 'X-Request-Id: a', 'X-Request-Id: b'));
      expect(headers['x-request-id']).toMatch(/^[\da-f-]{36}$/);
    });
  });

  it('by HEAD is served without a body over a socket', async () => {
    const connection = await openConnection(app.port);
    connection.send(requestText('HEAD /nothing') + get('/health'));
    expect((await connection.answer(true)).status).toBe(404);
    expect((await connection.answer()).status).toBe(200);
    connection.destroy();
  });

  it('that returns 204 ends with the header section', async () => {
    const connection = await openConnection(app.port);
    connection.send(requestText('OPTIONS /health') + get('/health'));
    const { status, headers } = await connection.answer(true);
    expect([status, 'content-length' in headers, 'transfer-encoding' in headers]).toEqual([204, false, false]);
    expect((await connection.answer()).status).toBe(200);
    connection.destroy();
  });

  it.each([
    ['CONNECT', () => requestText('CONNECT 127.0.0.1:5432')],
    ['nonsense', () => 'nonsense\r\n\r\n'],
  ])('of %s that is aborted does not affect other clients', async (_, text) => {
    for (let n = 0; n < 10; n++) {
      const connection = await openConnection(app.port, true);
      connection.send(text());
      await setTimeout(n);
      connection.reset();
    }
    expect((await say(get('/health'))).status).toBe(200);
  });
});
