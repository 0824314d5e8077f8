import { describe, expect, it } from '@jest/globals';
import { violationsOf } from '../support/conformance/validate.js';

describe('the conformance check', () => {
  const task = {
    id: 1,
    user_id: 'user_1',
    title: 'x',
    description: null,
    status: 'Pending',
    created_at: '2025-12-14T10:00:00.000Z',
    updated_at: '2025-12-14T10:00:00.000Z',
  };
  const page = { data: [task], count: 1, total: 1, page: 1, limit: 50 };
  const link = '</api/tasks?page=1&limit=50>; rel="first"';

  interface Answer {
    readonly request?: string;
    readonly body?: string | undefined;
    readonly status?: number;
    readonly headers?: Record<string, string>;
    readonly answer?: unknown;
  }

  /** What is found in an answer. The headers that it should have are there unless `headers` empties them. */
  function found({ request = 'GET /api/tasks/1', body, status = 200, headers = {}, ...more }: Answer): string {
    const answer = 'answer' in more ? more.answer : task;
    const [method = '', target = ''] = request.split(' ');
    const url = new URL(target, 'http://localhost');
    const all = {
      'content-type': 'application/json; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-cache',
      'x-request-id': 'r',
      ...headers,
    };
    const present = Object.entries(all).filter(([, value]) => value !== '');
    const response = { status, headers: new Headers(present), body: answer === undefined ? '' : JSON.stringify(answer) };
    return violationsOf({ method, path: url.pathname, url, headers: new Headers(), body }, response).join('; ');
  }

  describe('of REST responses', () => {
    const etag = { etag: '"1"' };
    it('accepts a response that matches the OpenAPI document', () => {
      expect(found({ headers: { ...etag, 'x-request-id': '0' } })).toBe('');
      expect(found({ request: 'GET /api/tasks', headers: { ...etag, link }, answer: page })).toBe('');
      expect(found({ request: 'HEAD /api/tasks/1', headers: etag, answer: undefined })).toBe('');
    });

    it.each([
      ['with a field too many', { headers: etag, answer: { ...task, version: 1 } }, /additional properties.*version/],
      ['with a field too few', { headers: etag, answer: { ...task, title: undefined } }, /required property 'title'/],
      ['with null where none may be', { headers: etag, answer: { ...task, title: null } }, /title must be string/],
      ['with an id as text', { headers: etag, answer: { ...task, id: '1' } }, /id must be integer/],
      ['with an unknown status', { headers: etag, answer: { ...task, status: 'PENDING' } }, /status must be equal to one of/],
      [
        'with a time of another form',
        { headers: etag, answer: { ...task, created_at: 'today' } },
        /created_at must match format/,
      ],
      [
        'with a faulty item',
        { request: 'GET /api/tasks', headers: { ...etag, link }, answer: { ...page, data: [1] } },
        /data\/0/,
      ],
      ['without a header field of its own', { headers: {} }, /carries no ETag/],
      ['with a header field that is not described', { headers: { ...etag, 'x-powered-by': 'x' } }, /x-powered-by/],
      ['without what every answer carries', { headers: { ...etag, 'x-content-type-options': '' } }, /may be sniffed/],
      ['with another media type', { headers: { ...etag, 'content-type': 'text/plain' } }, /is text\/plain/],
      ['with another status', { status: 202, headers: etag }, /answers 202/],
      ['with a body where none may be', { request: 'HEAD /api/tasks/1', headers: etag }, /has a body/],
      ['with a body and status 304', { status: 304, headers: etag }, /has a body/],
      ['without a body', { headers: etag, answer: undefined }, /has no body/],
      ['without a body where there is nothing', { request: 'GET /nothing', status: 404, answer: undefined }, /has no body/],
      [
        'without a body to a method that is not taken',
        { request: 'PATCH /health', status: 405, answer: undefined },
        /has no body/,
      ],
      [
        'without a body for a page',
        { request: 'GET /docs', headers: { ...etag, 'content-type': 'text/html' }, answer: undefined },
        /^has no body$/,
      ],
      [
        'with a code that is not this operation’s',
        { status: 404, answer: { error_code: 'TIMEOUT', message: '', details: {} } },
        /error_code/,
      ],
      [
        'with more in its details than it names',
        { status: 404, answer: { error_code: 'NOT_FOUND', message: '', details: { sql: 'x' } } },
        /\/details must NOT have additional properties.*sql/,
      ],
      ['with an error of another shape', { status: 404, answer: { error: 'x' } }, /error_code/],
      ['where there is nothing', { request: 'GET /api/users', headers: etag }, /may be NOT_FOUND/],
      ['to a method that is not taken', { request: 'PATCH /api/tasks/1', headers: etag }, /may be METHOD_NOT_ALLOWED/],
      ['to OPTIONS without methods', { request: 'OPTIONS /api/tasks', status: 204, answer: undefined }, /names no methods/],
    ] satisfies [string, Answer, RegExp][])('rejects a response %s', (_, answer, violation) => {
      expect(found(answer)).toMatch(violation);
    });
  });

  describe('of GraphQL responses', () => {
    const ask = (query: string, answer: unknown, more: Answer = {}): Answer => ({
      request: 'POST /graphql',
      body: JSON.stringify({ query }),
      answer,
      ...more,
    });
    const error = (code: string, more: object = {}) => ({ message: 'x', extensions: { code, details: {} }, ...more });

    it('accepts a response that matches the SDL and GraphQL over HTTP', () => {
      expect(
        found(
          ask('{ a: task(id: 1) { id status __typename } }', { data: { a: { id: '1', status: 'PENDING', __typename: 'Task' } } }),
        ),
      ).toBe('');
      expect(found(ask('{ me { id } }', { data: { me: null }, errors: [error('UNAUTHENTICATED', { path: ['me'] })] }))).toBe('');
      expect(found(ask('{', { errors: [error('BAD_REQUEST')] }))).toBe('');
    });

    it.each([
      [
        'with a field that was not asked for',
        ask('{ me { id } }', { data: { me: { id: '1', name: 'x' } } }),
        /name was not asked for/,
      ],
      ['without one that was', ask('{ me { id name } }', { data: { me: { id: '1' } } }), /name is missing/],
      ['with null where none may be', ask('{ me { id } }', { data: { me: { id: null } } }), /me.id is null/],
      ['with an ID as a number', ask('{ task(id: 1) { id } }', { data: { task: { id: 1 } } }), /task.id is no ID/],
      [
        'with REST’s spelling of an enum',
        ask('{ task(id: 1) { status } }', { data: { task: { status: 'Pending' } } }),
        /no TaskStatus/,
      ],
      ['with a time of another form', ask('{ me { createdAt } }', { data: { me: { createdAt: '2025-12-14' } } }), /no DateTime/],
      [
        'with more in its details than the document names',
        ask('{ me { id } }', { errors: [{ message: 'x', extensions: { code: 'BAD_REQUEST', details: { sql: 'x' } } }] }),
        /details .*must NOT have additional properties.*sql/,
      ],
      ['with null and no error', ask('{ me { id } }', { data: { me: null } }), /me is null without an error/],
      [
        'with an error where there is no null',
        ask('{ me { name } }', { data: { me: { name: 'x' } }, errors: [error('TIMEOUT', { path: ['me', 'name'] })] }),
        /at me.name, where there is no null/,
      ],
      [
        'in another order than asked',
        ask('{ me { id name } }', { data: { me: { name: 'x', id: '1' } } }),
        /not in the order of the document/,
      ],
      ['with no list', ask('{ tasks { data { id } } }', { data: { tasks: { data: {} } } }), /data is no list/],
      ['with an unknown code', ask('{ me { id } }', { data: { me: null }, errors: [error('OOPS')] }), /has code OOPS/],
      [
        'with a stack',
        ask('{ me { id } }', { data: { me: null }, errors: [error('TIMEOUT', { stack: 'at x' })] }),
        /an error has stack/,
      ],
      [
        'with more than data and errors',
        ask('{ __typename }', { data: { __typename: 'Query' }, extensions: {} }),
        /has extensions/,
      ],
      [
        'with a status that is not the error’s',
        ask('{ me { id } }', { errors: [error('UNAUTHENTICATED')] }),
        /status 200 instead of 401/,
      ],
      [
        'with 401 and no challenge',
        ask('{ me { id } }', { errors: [error('UNAUTHENTICATED')] }, { status: 401 }),
        /no www-authenticate/,
      ],
      ['with data for what cannot be read', ask('', { data: {} }), /cannot be read/],
    ] satisfies [string, Answer, RegExp][])('rejects a response %s', (_, answer, violation) => {
      expect(found(answer)).toMatch(violation);
    });
  });
});
