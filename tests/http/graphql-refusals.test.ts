import { describe, expect, it } from '@jest/globals';
import { sharedApp } from '../support/app.js';
import { readGraphqlError } from '../support/transports.js';

const app = await sharedApp();

describe('the GraphQL endpoint', () => {
  const json = { 'content-type': 'application/json' };

  describe('returns errors with code, details and the documented status for', () => {
    const form = new URLSearchParams({ query: '{ health { status } }' });
    const multipart = new FormData();
    multipart.set('operations', '{"query":"{ health { status } }"}');
    const mutation = encodeURIComponent('mutation { logout }');
    const several = encodeURIComponent('query A { health { status } } mutation B { logout }');
    const query = '{ "query": "{ health { status } }"';
    const post = (body: BodyInit, type = 'application/json'): RequestInit => ({
      method: 'POST',
      body,
      headers: type === '' ? {} : { 'content-type': type },
    });

    it.each<[string, string, RequestInit, number, string]>([
      [
        'a bad token',
        '',
        { ...post('{"query":"{ me { id } }"}'), headers: { ...json, authorization: 'Bearer a.b.c' } },
        401,
        'UNAUTHENTICATED',
      ],
      ['PUT', '', { method: 'PUT', headers: json, body: `${query} }` }, 405, 'METHOD_NOT_ALLOWED'],
      ['DELETE', '', { method: 'DELETE' }, 405, 'METHOD_NOT_ALLOWED'],
      ['a mutation by GET', `?query=${mutation}`, {}, 405, 'METHOD_NOT_ALLOWED'],
      ['a mutation by GET that operationName selects', `?query=${several}&operationName=B`, {}, 405, 'METHOD_NOT_ALLOWED'],
      ['a body one byte over 100 KiB', '', post(`${query} }${' '.repeat(102_400)}`), 413, 'PAYLOAD_TOO_LARGE'],
      ['a form', '', { method: 'POST', body: form }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
      ['a multipart form', '', { method: 'POST', body: multipart }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
      ['text/plain', '', post(`${query} }`, 'text/plain'), 415, 'UNSUPPORTED_MEDIA_TYPE'],
      ['application/graphql', '', post('{ health { status } }', 'application/graphql'), 415, 'UNSUPPORTED_MEDIA_TYPE'],
      ['application/graphql+json', '', post(`${query} }`, 'application/graphql+json'), 415, 'UNSUPPORTED_MEDIA_TYPE'],
      ['no content type', '', post(Buffer.from(`${query} }`), ''), 415, 'UNSUPPORTED_MEDIA_TYPE'],
      ['no body', '', { method: 'POST', headers: json }, 400, 'BAD_REQUEST'],
      ['a body that is not JSON', '', post('{"query"'), 400, 'BAD_REQUEST'],
      ['a body that is not UTF-8', '', post(Buffer.from('{"query":"\xff"}', 'latin1')), 400, 'BAD_REQUEST'],
      ['a body that is a list', '', post(`[${query} }]`), 400, 'BAD_REQUEST'],
      ['a body that is a string', '', post('"{ health { status } }"'), 400, 'BAD_REQUEST'],
      ['no query', '', post('{"variables":{}}'), 400, 'BAD_REQUEST'],
      ['a query inside __proto__', '', post(`{"__proto__":${query} }}`), 400, 'BAD_REQUEST'],
      ['an empty query', '', post('{"query":""}'), 400, 'BAD_REQUEST'],
      ['a query that is not a string', '', post('{"query":["{ health { status } }"]}'), 400, 'BAD_REQUEST'],
      ['variables that are a list', '', post(`${query}, "variables": [1] }`), 400, 'BAD_REQUEST'],
      ['variables that are a string', '', post(`${query}, "variables": "{}" }`), 400, 'BAD_REQUEST'],
      ['an operationName that is not a string', '', post(`${query}, "operationName": 1 }`), 400, 'BAD_REQUEST'],
      ['extensions that are a list', '', post(`${query}, "extensions": [] }`), 400, 'BAD_REQUEST'],
      ['GET without a query', '', {}, 400, 'BAD_REQUEST'],
      ['GET with two queries', '?query={__typename}&query={__typename}', {}, 400, 'BAD_REQUEST'],
      ['GET with two operationNames', '?query={__typename}&operationName=&operationName=', {}, 400, 'BAD_REQUEST'],
      ['GET with two variables', '?query={__typename}&variables={}&variables={}', {}, 400, 'BAD_REQUEST'],
      ['GET with two extensions', '?query={__typename}&extensions={}&extensions={}', {}, 400, 'BAD_REQUEST'],
      ['GET with variables that are not JSON', '?query={__typename}&variables={', {}, 400, 'BAD_REQUEST'],
      ['GET with variables that are a list', '?query={__typename}&variables=[]', {}, 400, 'BAD_REQUEST'],
    ])('%s', async (_, search, init, status, code) => {
      for (const accept of ['application/json', '*/*', 'application/graphql-response+json']) {
        const headers = { accept, ...Object.fromEntries(new Headers(init.headers)) };
        const response = await app.fetch(`/graphql${search}`, { ...init, headers });
        const type = accept === '*/*' ? 'application/json' : accept;
        // GraphQL over HTTP: only of its own media type does a client read errors whatever the status is.
        expect(response.headers.get('content-type')).toBe(`${type}; charset=utf-8`);
        expect(response.headers.get('vary')).toBe('Accept, Origin');
        const refusal = await readGraphqlError(response);
        expect([accept, refusal.status, refusal.code]).toEqual([accept, status, code]);
      }
    });
  });

  it('describes invalid variables in a URL without mentioning a body', async () => {
    const response = await app.fetch('/graphql?query={__typename}&variables={');
    expect(await readGraphqlError(response)).toMatchObject({ message: 'The variables must be an object.' });
  });

  describe('at /graphql', () => {
    const query = encodeURIComponent('{ health { status } }');

    it.each([
      ['PUT', '', 'GET, HEAD, POST, OPTIONS'],
      ['GET', `?query=${encodeURIComponent('mutation { logout }')}`, 'POST'],
    ])('lists the allowed methods in Allow instead of %s', async (method, search, allow) => {
      const { status, headers } = await app.fetch(`/graphql${search}`, { method });
      expect([status, headers.get('allow')]).toEqual([405, allow]);
    });

    it('responds to HEAD as to GET, without the body', async () => {
      const [get, head] = await Promise.all(
        ['GET', 'HEAD'].map((method) => app.fetch(`/graphql?query=${query}`, { method, headers: { 'x-request-id': 'same' } })),
      );
      expect(head?.status).toBe(200);
      expect(head?.headers.get('content-type')).toBe(get?.headers.get('content-type'));
      expect(await head?.text()).toBe('');
    });

    it('rejects a mutation by HEAD as it does by GET', async () => {
      const { status } = await app.fetch(`/graphql?query=${encodeURIComponent('mutation { logout }')}`, { method: 'HEAD' });
      expect(status).toBe(405);
    });

    it('responds to OPTIONS with Allow and no body', async () => {
      const response = await app.fetch('/graphql', { method: 'OPTIONS' });
      expect([response.status, response.headers.get('allow'), await response.text()]).toEqual([
        204,
        'GET, HEAD, POST, OPTIONS',
        '',
      ]);
      expect(response.headers.has('content-length')).toBe(false);
    });
  });
});
