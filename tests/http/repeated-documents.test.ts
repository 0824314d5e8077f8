import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { createApp } from '../../src/app.js';
import { fetchOf, newPerson, openTestApp, type Person, type TestApp, testConfig } from '../support/app.js';

// Parsed documents, validation and the facts of operations are memoized (src/graphql/document-cache.ts, memoize-operation.ts).
describe('a repeated GraphQL document', () => {
  let app: TestApp;
  let ada: Person;
  let id: string;
  beforeAll(async () => {
    app = await openTestApp();
    ada = await newPerson(app);
    const headers = { authorization: `Bearer ${ada.token}`, 'content-type': 'application/json' };
    const made = await app.fetch('/api/tasks', { method: 'POST', headers, body: '{"title":"Milk","description":"Fresh"}' });
    id = String(((await made.json()) as { id: number }).id);
  });
  afterAll(() => app.close());

  const page =
    'query ($limit: Int, $status: TaskStatus) { tasks(limit: $limit, status: $status) { total data { title status } } }';
  const owners = `query ($limit: Int) { tasks(limit: $limit) { data { owner { tasks(first: 100) { edges { node { id } } } } } } }`;
  const change =
    'mutation ($id: ID!, $title: String, $ifVersion: Int) { updateTask(id: $id, input: { title: $title }, ifVersion: $ifVersion) { title } }';

  interface Row {
    readonly what: string;
    readonly status?: number;
    readonly code?: string;
    readonly query: string;
    readonly variables?: object;
    readonly operationName?: string;
    readonly headers?: Record<string, string>;
  }
  const rows: readonly Row[] = [
    { what: 'a page', query: page, variables: { limit: 1 } },
    { what: 'a page for the newer media type', query: page, headers: { accept: 'application/graphql-response+json' } },
    { what: 'a variable that nobody defined', query: page, variables: { page: 7 } },
    { what: 'a variable of the wrong type', code: 'BAD_REQUEST', query: page, variables: { limit: 'x' } },
    {
      what: 'the same for the newer media type',
      status: 400,
      code: 'BAD_REQUEST',
      query: page,
      variables: { status: 'Pending' },
      headers: { accept: 'application/graphql-response+json' },
    },
    { what: 'a number that the rules refuse', code: 'BAD_REQUEST', query: page, variables: { limit: 101 } },
    { what: 'without a token', code: 'UNAUTHENTICATED', query: page, headers: { authorization: '' } },
    {
      what: 'a token that does not hold',
      status: 401,
      code: 'UNAUTHENTICATED',
      query: page,
      headers: { authorization: 'Bearer a.b.c' },
    },
    {
      what: 'for anyone, with a token that does not hold',
      query: '{ health { status } }',
      headers: { authorization: 'Bearer a.b.c' },
    },
    { what: 'the shape of the schema', query: '{ __schema { queryType { name } } __typename }' },
    { what: 'few of what can be many', query: owners, variables: { limit: 1 } },
    { what: 'too many', status: 400, code: 'QUERY_TOO_COMPLEX', query: owners, variables: { limit: 100 } },
    { what: 'an alias and a fragment', query: '{ mine: me { ...named } } fragment named on User { name }' },
    { what: 'one of two operations', query: 'query A { me { name } } query B { me { email } }', operationName: 'B' },
    { what: 'none of two operations', code: 'BAD_REQUEST', query: 'query A { me { name } } query B { me { id } }' },
    { what: 'an operation that is not there', code: 'BAD_REQUEST', query: 'query A { me { id } }', operationName: 'C' },
    { what: 'a field that is not there', code: 'BAD_REQUEST', query: '{ me { id nothing } }' },
    { what: 'a task that is not there', code: 'NOT_FOUND', query: '{ task(id: 2147483647) { title } }' },
    { what: 'a change', query: change, variables: { id: '#', title: 'Oat milk' } },
    { what: 'a change that the rules refuse', code: 'VALIDATION_ERROR', query: change, variables: { id: '#', title: ' ' } },
    {
      what: 'a change of another version',
      code: 'PRECONDITION_FAILED',
      query: change,
      variables: { id: '#', title: 'x', ifVersion: 99 },
    },
    {
      what: 'an operation that answers tokens',
      code: 'INVALID_CREDENTIALS',
      query: 'mutation { login(input: { email: "nobody@example.com", password: "correct horse battery" }) { accessToken } }',
    },
  ];

  it.each(rows)(
    'has the same response the first time and later: $what',
    async ({ status = 200, code, query, variables, operationName, headers }) => {
      const fresh = await createApp(testConfig(), { db: app.db, log: pino({ enabled: false }) });
      const body = JSON.stringify({ query, variables, operationName }).replaceAll('#', id);
      const fields = new Headers({ authorization: `Bearer ${ada.token}`, 'content-type': 'application/json', ...headers });
      if (!fields.get('authorization')) fields.delete('authorization');
      const ask = async () => {
        const response = await fetchOf(fresh)('/graphql', { method: 'POST', headers: fields, body });
        const { 'x-request-id': _, ...told } = Object.fromEntries(response.headers);
        return { status: response.status, headers: told, text: await response.text() };
      };
      const first = await ask();
      expect(first.status).toBe(status);
      expect(JSON.parse(first.text).errors?.[0]?.extensions.code).toBe(code);
      for (let time = 2; time <= 4; time++) expect(await ask()).toEqual(first);
    },
  );

  const post = (body: object) =>
    app.fetch('/graphql', {
      method: 'POST',
      headers: { authorization: `Bearer ${ada.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  it.each([
    ['with a name that reads like another', { 'limit=100 z': 'x' }, { limit: 100, z: 'x' }],
    ['beside one of the same value', { z: 100 }, { limit: 100, z: 100 }],
  ])('is checked with its own variables after variables that it does not declare: %s', async (_, first, second) => {
    const query = `${owners.replace('Int', 'Int = 1')} # ${Object.keys(first)}`;
    expect((await post({ query, variables: first })).status).toBe(200);
    const response = await post({ query, variables: second });
    expect((await response.json()) as object).toMatchObject({ errors: [{ extensions: { code: 'QUERY_TOO_COMPLEX' } }] });
  });

  it('omits a field whose variable is absent, every time', async () => {
    const query =
      'mutation ($id: ID!, $t: String, $d: String) { updateTask(id: $id, input: { title: $t, description: $d }) { description } }';
    for (let time = 1; time <= 6; time++) {
      const response = await post({ query, variables: { id, t: `Milk ${time}` } });
      expect(await response.json()).toEqual({ data: { updateTask: { description: 'Fresh' } } });
    }
  });

  it('is rejected when it does not contain the operation name, every time', async () => {
    const query = 'mutation A { createTask(input: { title: "once" }) { id } }';
    for (let time = 1; time <= 6; time++) expect((await post({ query, operationName: 'A' })).status).toBe(200);
    const total = async () => ((await (await post({ query: '{ tasks { total } }' })).json()) as { data: object }).data;
    const before = await total();
    for (let time = 1; time <= 6; time++) {
      const { errors } = (await (await post({ query, operationName: 'B' })).json()) as { errors: { extensions: object }[] };
      expect(errors).toEqual([expect.objectContaining({ extensions: { code: 'BAD_REQUEST', details: {} } })]);
    }
    expect(await total()).toEqual(before);
    for (let time = 1; time <= 3; time++) expect((await post({ query, operationName: '' })).status).toBe(200);
  });
});
