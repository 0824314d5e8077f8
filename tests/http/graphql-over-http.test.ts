import { describe, expect, it } from '@jest/globals';
import { newPerson, sharedApp } from '../support/app.js';
import { type GraphqlAnswer, query } from '../support/graphql.js';

const app = await sharedApp();
const ada = await newPerson(app);

describe('GraphQL over HTTP', () => {
  const newType = 'application/graphql-response+json';
  const ask = (document: string, variables?: object, accept?: string, token: string | undefined = ada.token) =>
    query(app.fetch, document, token, variables, accept === undefined ? {} : { accept });
  const get = async (parameters: Record<string, string>, token?: string) => {
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await app.fetch(`/graphql?${new URLSearchParams(parameters)}`, { headers });
    return { status: response.status, body: (await response.json()) as GraphqlAnswer };
  };
  const firstCode = ({ errors }: GraphqlAnswer) => errors?.[0]?.extensions.code;

  const byIdWithTitle = 'query ($id: ID!) { task(id: $id) { title } }';
  const create = 'mutation ($input: CreateTaskInput!) { createTask(input: $input) { id } }';

  describe('returns BAD_REQUEST for a document or variables that do not parse, validate or coerce:', () => {
    it.each<[string, string, object]>([
      ['a document that does not parse', '{', {}],
      ['an unknown field', '{ nothing }', {}],
      ['a field without its selection set', '{ me }', {}],
      ['an argument of the wrong type', '{ tasks(limit: "ten") { count } }', {}],
      ['an unknown operation name', 'subscription { health { status } }', {}],
      ['a missing variable', byIdWithTitle, {}],
      ['a null variable', byIdWithTitle, { id: null }],
      ['a variable of the wrong type', create, { input: { title: 5 } }],
      ['a variable without a required field', create, { input: { description: 'x' } }],
      ['an integer with a fraction', 'query ($n: Int) { tasks(limit: $n) { count } }', { n: 1.5 }],
      ['an unknown enum value', 'query ($s: TaskSort) { tasks(sort: $s) { count } }', { s: '-created_at' }],
      ['several operations without a name', 'query A { health { status } } query B { health { status } }', {}],
    ])('%s has status 400 under graphql-response+json, 200 under json and */*', async (_, document, variables) => {
      for (const [accept, status] of [
        [newType, 400],
        ['application/json', 200],
        ['*/*', 200],
      ] as const) {
        const answer = await ask(document, variables, accept);
        expect([accept, answer.status, firstCode(answer)]).toEqual([accept, status, 'BAD_REQUEST']);
        expect(answer.data).toBeUndefined();
      }
    });

    it('does not repeat the submitted values in an error, because one may be a password', async () => {
      const signup = 'mutation ($input: SignupInput!) { signup(input: $input) { expiresIn } }';
      const answer = await ask(signup, { input: { email: 'a@example.com', password: 'canary password' } });
      expect(firstCode(answer)).toBe('BAD_REQUEST');
      expect(JSON.stringify(answer)).not.toContain('canary');
    });
  });

  describe('returns 200 for field errors', () => {
    it.each([newType, 'application/json', '*/*'])('under %s, together with the data of the other fields', async (accept) => {
      const answer = await ask('{ task(id: 2147483647) { id } health { status } }', {}, accept);
      expect(answer).toMatchObject({ status: 200, data: { task: null, health: { status: 'ok' } } });
      expect(answer.errors).toMatchObject([{ path: ['task'], extensions: { code: 'NOT_FOUND', details: {} } }]);
    });

    it('even when all fields fail', async () => {
      const answer = await ask('{ task(id: 2147483647) { id } }', {}, newType);
      expect(answer).toMatchObject({ status: 200, data: { task: null } });
    });
  });

  describe('negotiates the media type:', () => {
    it.each([
      [undefined, 'application/json'],
      ['', 'application/json'],
      ['*/*', 'application/json'],
      ['text/plain', 'application/json'],
      ['text/csv; q=0.3, nonsense', 'application/json'],
      ['application/json', 'application/json'],
      [newType, newType],
      ['Application/GraphQL-Response+JSON', newType],
      [`${newType}, application/json; q=0.9`, newType],
      [`application/json, ${newType}`, newType],
      [`application/json, ${newType}; q=0.5`, 'application/json'],
      [`${newType}; q=0, application/json`, 'application/json'],
    ])('Accept %j returns %s', async (accept, type) => {
      const { status, headers, data } = await ask('{ health { status } }', {}, accept);
      expect([status, headers.get('content-type'), data]).toEqual([200, `${type}; charset=utf-8`, { health: { status: 'ok' } }]);
    });
  });

  describe('returns fields', () => {
    it('in document order, whichever resolves first', async () => {
      const document = '{ z: databaseHealth { status } me { name id } __typename b: health { status } a: me { email } }';
      const { data } = await ask(document);
      expect(JSON.stringify(data)).toBe(
        JSON.stringify({
          z: { status: 'ok' },
          me: { name: 'Ada', id: ada.id },
          __typename: 'Query',
          b: { status: 'ok' },
          a: { email: ada.email },
        }),
      );
    });
  });

  describe('by GET', () => {
    it('runs a query with variables and an operation name', async () => {
      const document = 'query A { health { status } } query B($limit: Int) { tasks(limit: $limit) { limit } }';
      const found = await get({ query: document, operationName: 'B', variables: '{"limit":7}' }, ada.token);
      expect(found).toEqual({ status: 200, body: { data: { tasks: { limit: 7 } } } });
    });

    it('treats null variables as absent', async () => {
      expect((await get({ query: '{ health { status } }', variables: 'null' })).status).toBe(200);
    });

    it('runs a query beside a mutation when operationName selects the query', async () => {
      const document = 'query A { health { status } } mutation B { logout }';
      expect(await get({ query: document, operationName: 'A' })).toEqual({
        status: 200,
        body: { data: { health: { status: 'ok' } } },
      });
    });
  });

  describe('by POST', () => {
    it.each(['application/json', 'Application/JSON', 'application/json; charset=utf-8', 'application/json ;charset="UTF-8"'])(
      'accepts %s',
      async (type) => {
        const init = { method: 'POST', headers: { 'content-type': type }, body: '{"query":"{ health { status } }"}' };
        expect(await (await app.fetch('/graphql', init)).json()).toEqual({ data: { health: { status: 'ok' } } });
      },
    );

    it('runs only the operation that operationName selects', async () => {
      const send = async (operationName: unknown) => {
        const response = await app.fetch('/graphql', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query: 'query A { a: __typename } query B { b: __typename }', operationName, surplus: true }),
        });
        return response.json();
      };
      expect(await send('A')).toEqual({ data: { a: 'Query' } });
      expect(await send('B')).toEqual({ data: { b: 'Query' } });
      expect(await send('C')).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
    });

    it('ignores the parameters in the URL', async () => {
      const response = await app.fetch('/graphql?query={health{version}}&variables=x', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"query":"{ health { status } }"}',
      });
      expect(await response.json()).toEqual({ data: { health: { status: 'ok' } } });
    });
  });
});
