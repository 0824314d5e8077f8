import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openConnection, openSocketApp, requestText, type SocketApp } from '../support/socket.js';

describe('a REST error', () => {
  let app: SocketApp;
  beforeAll(async () => {
    app = await openSocketApp();
  });
  afterAll(() => app.close());

  const usual = 'application/json; charset=utf-8';
  const problem = 'application/problem+json';
  const typeOf = async (path: string, accept?: string, init: RequestInit = {}) =>
    (await app.fetch(path, { ...init, headers: accept === undefined ? {} : { accept } })).headers.get('content-type');

  describe('is a problem (RFC 9457) when the client accepts application/problem+json at least as much as JSON:', () => {
    it.each<[string | undefined, string]>([
      [undefined, usual],
      ['', usual],
      ['*/*', usual],
      ['application/*', usual],
      ['application/json', usual],
      ['text/html,application/xhtml+xml,*/*;q=0.8', usual],
      ['application/vnd.api+json', usual],
      ['application/xproblem+json', usual],
      [problem, problem],
      ['Application/Problem+JSON', problem],
      ['application/problem+json; charset=utf-8', problem],
      ['application/json, application/problem+json', problem],
      ['application/problem+json, application/json', problem],
      ['application/problem+json, */*', problem],
      ['application/problem+json, application/*;q=0.5', problem],
      ['application/json;q=0.9, application/problem+json', problem],
      ['application/json, application/problem+json;q=0.9', usual],
      ['application/problem+json;q=0.9, */*', usual],
      ['application/problem+json;q=0.9, application/*, */*;q=0.1', usual],
      ['application/json;q=0, */*, application/problem+json;q=0.1', problem],
      ['application/problem+json;q=0', usual],
      ['application/problem+json;q=0.0, application/json;q=0', usual],
      [',,;q=,application/problem+json ; q=0.5', problem],
    ])('Accept %s returns %s', async (accept, type) => {
      expect(await typeOf('/api/auth/me', accept)).toBe(type);
    });

    it('format never applies to a successful response', async () => {
      expect(await typeOf('/health', problem)).toBe(usual);
    });

    it('is a problem in REST only, not on /graphql or the pages', async () => {
      expect(await typeOf('/graphql', problem, { method: 'PUT' })).toBe(usual);
      expect(await typeOf('/graphql', problem, { method: 'POST', body: '{}' })).toBe(usual);
      expect(await typeOf('/docs/errors', problem)).toBe('text/html; charset=utf-8');
    });

    it('refers to its request id as a URN if that is a UUID, otherwise as a fragment', async () => {
      const instanceFor = async (id: string) => {
        const response = await app.fetch('/api/nothing', { headers: { accept: problem, 'x-request-id': id } });
        return ((await response.json()) as { instance: string }).instance;
      };
      expect(await instanceFor('5F0C6A2E-9d3b-4c57-8a54-0d1f7e3b9c11')).toBe('urn:uuid:5F0C6A2E-9d3b-4c57-8a54-0d1f7e3b9c11');
      expect(await instanceFor('trace-1:2_3.4')).toBe('#trace-1:2_3.4');
    });

    it('is a problem also when the request is rejected before routing', async () => {
      const connection = await openConnection(app.port);
      connection.send(requestText('GET /health', { host: 'a b', accept: problem }));
      const { status, headers, body } = await connection.answer();
      expect([status, headers['content-type'], headers.vary]).toEqual([400, problem, 'Accept']);
      expect(JSON.parse(body)).toMatchObject({
        type: '/docs/errors#BAD_REQUEST',
        instance: `urn:uuid:${headers['x-request-id']}`,
        error_code: 'BAD_REQUEST',
      });
      connection.destroy();
    });
  });
});
