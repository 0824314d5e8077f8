import { describe, expect, it } from '@jest/globals';
import { errorCatalogue } from '../../src/core/error-catalogue.js';
import { answers, byId, document, operations, type Schema, sent } from '../support/openapi.js';

describe('the OpenAPI document', () => {
  const { schemas } = document.components;

  describe('for responses', () => {
    it('requires every field of a response but a total and tokens, and leaves responses open to new fields', () => {
      const answered = Object.entries(schemas).filter(([name, { type }]) => type === 'object' && !name.endsWith('Input'));
      expect(sent).not.toContain('additionalProperties');
      const optional = answered.flatMap(([name, { required, properties }]) =>
        Object.keys(properties ?? {})
          .filter((field) => !required?.includes(field))
          .map((field) => `${name}.${field}`),
      );
      expect(optional.sort()).toEqual(['AuthPayload.access_token', 'AuthPayload.refresh_token', 'TaskPage.total']);
      expect(schemas.TaskPage?.properties?.total).toMatchObject({ description: expect.stringContaining('`total=false`') });
      const { properties = {} } = schemas.Task as Schema;
      expect(properties.description).toMatchObject({ type: ['string', 'null'] });
      expect(properties.title).toMatchObject({ type: 'string' });
      expect(properties.created_at).toMatchObject({ type: 'string', format: 'date-time' });
      expect(properties.id).toMatchObject({ type: 'integer' });
      expect(Object.keys(properties)).not.toContain('owner');
    });

    it.each([
      ['signup', '201 400 403 409 413 415 422 429 500 503 504'],
      ['login', '200 400 401 403 409 413 415 422 429 500 503 504'],
      ['refresh', '200 400 401 403 409 413 415 422 429 500 503 504'],
      ['logout', '204 400 401 403 409 413 415 422 429 500 503 504'],
      ['me', '200 400 401 403 413 415 429 500 503 504'],
      ['updateMe', '200 400 401 403 409 413 415 422 429 500 503 504'],
      ['deleteMe', '204 400 401 403 409 413 415 422 429 500 503 504'],
      ['forgotPassword', '202 400 409 413 415 422 429 500 503 504'],
      ['resetPassword', '204 400 401 409 413 415 422 429 500 503 504'],
      ['confirmEmail', '204 400 401 409 413 415 422 429 500 503 504'],
      ['sessions', '200 400 401 403 413 415 429 500 503 504'],
      ['revokeOtherSessions', '204 400 401 403 409 413 415 422 429 500 503 504'],
      ['revokeSession', '204 400 401 403 404 409 413 415 422 429 500 503 504'],
      ['apiTokens', '200 400 401 403 413 415 429 500 503 504'],
      ['createApiToken', '201 400 401 403 409 413 415 422 429 500 503 504'],
      ['revokeApiToken', '204 400 401 403 404 409 413 415 422 429 500 503 504'],
      ['tasks', '200 304 400 401 403 412 413 415 422 429 500 503 504'],
      ['createTask', '201 400 401 403 409 413 415 422 429 500 503 504'],
      ['task', '200 304 400 401 403 404 412 413 415 429 500 503 504'],
      ['updateTask', '200 400 401 403 404 409 412 413 415 422 429 500 503 504'],
      ['deleteTask', '204 400 401 403 404 409 412 413 415 422 429 500 503 504'],
      ['toggleTask', '200 400 401 403 404 409 412 413 415 422 429 500 503 504'],
      ['health', '200 400 413 415 500 503 504'],
      ['databaseHealth', '200 400 413 415 500 503 504'],
    ])('lists every status of %s: %s', (id, statuses) => {
      expect(Object.keys(byId(id).responses).join(' ')).toBe(statuses);
    });

    it('lists the codes of each error response, with an example of each', () => {
      for (const answer of operations.flatMap(answers).filter(({ status }) => Number(status) >= 400)) {
        const { examples = {} } = answer.content?.['application/json'] ?? {};
        for (const [code, example] of Object.entries(examples)) {
          expect(errorCatalogue[code as keyof typeof errorCatalogue].status).toBe(Number(answer.status));
          expect(example).toMatchObject({ value: { error_code: code } });
        }
        expect(Object.keys(examples).length).toBeGreaterThan(0);
      }
      const codes = (id: string) =>
        answers(byId(id)).flatMap(({ status, content }) =>
          status === '401' ? Object.keys(content?.['application/json'].examples ?? {}) : [],
        );
      expect(codes('login')).toEqual(['INVALID_CREDENTIALS']);
      expect(codes('refresh')).toEqual(['UNAUTHENTICATED']);
      expect(codes('updateMe')).toEqual(['UNAUTHENTICATED', 'INVALID_CREDENTIALS']);
    });

    it('lists the header fields of each response', () => {
      const extra: Record<string, string[]> = {
        401: ['WWW-Authenticate'],
        403: ['WWW-Authenticate'],
        429: ['Retry-After'],
        503: ['Retry-After'],
        'createTask 201': ['ETag', 'Location'],
        'tasks 200': ['ETag', 'Link'],
        'task 200': ['ETag'],
        'updateTask 200': ['ETag'],
        'toggleTask 200': ['ETag'],
        304: ['ETag'],
        'signup 201': ['Set-Cookie', 'X-CSRF-Token'],
        'login 200': ['Set-Cookie', 'X-CSRF-Token'],
        'refresh 200': ['Set-Cookie', 'X-CSRF-Token'],
        'logout 204': ['Set-Cookie'],
        'deleteMe 204': ['Set-Cookie'],
        'me 200': ['X-CSRF-Token'],
        'usersMe 200': ['X-CSRF-Token'],
        'signup 403': [],
        'login 403': [],
        'refresh 403': [],
      };
      for (const operation of operations) {
        for (const { status, headers } of answers(operation)) {
          const specific = extra[`${operation.operationId} ${status}`] ?? extra[status] ?? [];
          const counted = /[hH]ealth 200$/.test(`${operation.operationId} ${status}`) ? [] : ['RateLimit', 'RateLimit-Policy'];
          expect(Object.keys(headers)).toEqual(['X-Request-Id', ...counted, ...specific]);
        }
      }
    });

    it('refers to one description of RateLimit and RateLimit-Policy, which RATE_LIMIT=off leaves out', () => {
      const { headers } = document.components as unknown as { headers: Record<string, { required: boolean }> };
      expect(Object.keys(headers).filter((name) => !headers[name]?.required)).toEqual(['RateLimit', 'RateLimit-Policy']);
      expect(sent.split('draft-ietf-httpapi-ratelimit-headers-10)')).toHaveLength(3);
    });

    it('has no content for a 202 or 204', () => {
      const empty = operations.flatMap(answers).filter(({ content }) => !content);
      expect(empty.map(({ status }) => status)).toEqual([
        '204',
        '204',
        '202',
        '204',
        '204',
        '204',
        '204',
        '204',
        '304',
        '304',
        '204',
      ]);
    });

    // Swagger UI sends the example of every parameter.
    it('has an example of every required parameter and of no optional one', () => {
      const parameters = operations.flatMap(({ parameters = [] }) => parameters);
      expect(parameters.some(({ required }) => !required)).toBe(true);
      for (const { name, required, schema, ...more } of parameters) {
        expect([name, 'example' in more]).toEqual([name, required]);
        for (const key of ['example', 'examples']) expect(schema).not.toHaveProperty(key);
        expect(more).not.toHaveProperty('examples');
      }
    });

    it('has an example of every request and response body', () => {
      for (const operation of operations) {
        if (operation.requestBody) expect(operation.requestBody.content['application/json'].example).toBeDefined();
        for (const { status, content } of answers(operation))
          if (status < '300' && content) expect(content['application/json'].example).toBeDefined();
      }
    });
  });
});
