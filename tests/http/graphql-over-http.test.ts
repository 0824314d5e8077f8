import { describe, expect, it } from '@jest/globals';
import { newPerson, sharedApp } from '../support/app.js';
import { type GraphqlAnswer, query } from '../support/graphql.js';

const app = await sharedApp();
const ada = await newPerson(app);

describe('http/graphql-over-http', () => {
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

  describe('a document or variables that do not parse, validate or coerce are BAD_REQUEST', () => {
    it.each<[string, string, object]>([
      ['a document that does not parse', '{', {}],
      ['an unknown field', '{ nothing }', {}],
      ['a field that lacks its selection', '{ me }', {}],
      ['an argument of the wrong type', '{ tasks(limit: "ten") { count } }', {}],
      ['an operation that is not there', 'subscription { health { status } }', {}],
      ['a variable that is missing', byIdWithTitle, {}],
      ['a variable that is null', byIdWithTitle, { id: null }],
      ['a variable of the wrong type', create, { input: { title: 5 } }],
      ['a variable that lacks a field', create, { input: { description: 'x' } }],
      ['a whole number that is none', 'query ($n: Int) { tasks(limit: $n) { count } }', { n: 1.5 }],
      ['an enum value that is none', 'query ($s: TaskSort) { tasks(sort: $s) { count } }', { s: '-created_at' }],
      ['several operations and no name', 'query A { health { status } } query B { health { status } }', {}],
    ])('%s: 400 under graphql-response+json, 200 under json and */*', async (_, document, variables) => {
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

    it('does not repeat the values that were sent: one of them may be a password', async () => {
      const signup = 'mutation ($input: SignupInput!) { signup(input: $input) { expiresIn } }';
      const answer = await ask(signup, { input: { email: 'a@example.com', password: 'canary password' } });
      expect(firstCode(answer)).toBe('BAD_REQUEST');
      expect(JSON.stringify(answer)).not.toContain('canary');
    });
  });

  describe('field errors come with 200', () => {
    it.each([newType, 'application/json', '*/*'])('under %s, beside the data of the other fields', async (accept) => {
      const answer = await ask('{ task(id: 2147483647) { id } health { status } }', {}, accept);
      expect(answer).toMatchObject({ status: 200, data: { task: null, health: { status: 'ok' } } });
      expect(answer.errors).toMatchObject([{ path: ['task'], extensions: { code: 'NOT_FOUND', details: {} } }]);
    });

    it('also where they are all there is', async () => {
      const answer = await ask('{ task(id: 2147483647) { id } }', {}, newType);
      expect(answer).toMatchObject({ status: 200, data: { task: null } });
    });
  });

  describe('the media type of the answer', () => {
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
    ])('for Accept %j is %s', async (accept, type) => {
      const { status, headers, data } = await ask('{ health { status } }', {}, accept);
      expect([status, headers.get('content-type'), data]).toEqual([200, `${type}; charset=utf-8`, { health: { status: 'ok' } }]);
    });
  });

  describe('the fields of an answer', () => {
    it('follow the document, whatever is ready first', async () => {
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

  describe('GET', () => {
    it('answers queries with variables and an operation name', async () => {
      const document = 'query A { health { status } } query B($limit: Int) { tasks(limit: $limit) { limit } }';
      const found = await get({ query: document, operationName: 'B', variables: '{"limit":7}' }, ada.token);
      expect(found).toEqual({ status: 200, body: { data: { tasks: { limit: 7 } } } });
    });

    it('takes variables that are null as none', async () => {
      expect((await get({ query: '{ health { status } }', variables: 'null' })).status).toBe(200);
    });

    it('answers a query beside a mutation, when the name picks the query', async () => {
      const document = 'query A { health { status } } mutation B { logout }';
      expect(await get({ query: document, operationName: 'A' })).toEqual({
        status: 200,
        body: { data: { health: { status: 'ok' } } },
      });
    });
  });

  describe('POST', () => {
    it.each(['application/json', 'Application/JSON', 'application/json; charset=utf-8', 'application/json ;charset="UTF-8"'])(
      'takes %s',
      async (type) => {
        const init = { method: 'POST', headers: { 'content-type': type }, body: '{"query":"{ health { status } }"}' };
        expect(await (await app.fetch('/graphql', init)).json()).toEqual({ data: { health: { status: 'ok' } } });
      },
    );

    it('runs the operation that operationName picks, and that one alone', async () => {
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

    it('takes nothing from the URL', async () => {
      const response = await app.fetch('/graphql?query={health{version}}&variables=x', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"query":"{ health { status } }"}',
      });
      expect(await response.json()).toEqual({ data: { health: { status: 'ok' } } });
    });
  });
});
