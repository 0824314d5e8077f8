import { beforeAll, describe, expect, it } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { newPerson, sharedApp } from '../support/app.js';
import { query } from '../support/graphql.js';
import { type Operation, restStyle } from '../support/styles.js';
import { readGraphqlError } from '../support/transports.js';

const app = await sharedApp();
const ada = await newPerson(app);

describe('an invalid token', () => {
  let stale: string;
  beforeAll(async () => {
    const gone = await newPerson(app);
    await restStyle.call(app.fetch, 'logout', {}, gone.token);
    stale = gone.token;
  });

  const login = () => `login(input: { email: "${ada.email}", password: "${ada.password}" }) { tokenType }`;

  describe('makes the whole GraphQL request fail with 401 when it selects a protected root field:', () => {
    it.each<[string, () => string, object]>([
      ['one protected field', () => '{ me { id } }', {}],
      ['beside a public field', () => '{ health { status } me { id } }', {}],
      ['beside login', () => `mutation { ${login()} logout }`, {}],
      ['behind an alias', () => '{ health: me { id } }', {}],
      ['in a fragment', () => '{ ...F } fragment F on Query { health { status } ... on Query { me { id } } }', {}],
      ['that @include keeps', () => 'query ($yes: Boolean!) { me @include(if: $yes) { id } }', { yes: true }],
      ['that @skip with its default keeps', () => 'query ($no: Boolean = false) { me @skip(if: $no) { id } }', {}],
      [
        'in a query that is too complex',
        () => '{ tasks(limit: 100) { data { owner { tasks(first: 100) { edges { cursor } } } } } }',
        {},
      ],
    ])('%s', async (_, document, variables) => {
      for (const accept of ['application/json', 'application/graphql-response+json']) {
        const response = await app.fetch('/graphql', {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${stale}`, accept },
          body: JSON.stringify({ query: document(), variables }),
        });
        const { status, code, headers } = await readGraphqlError(response);
        expect([status, code, headers.get('www-authenticate')]).toEqual([401, 'UNAUTHENTICATED', 'Bearer error="invalid_token"']);
      }
    });

    it('prevents the login mutation beside a protected field from running', async () => {
      const sessions = async () => (await app.db.query('SELECT id FROM sessions WHERE user_id = $1', [ada.id])).length;
      const before = await sessions();
      await query(app.fetch, `mutation { ${login()} logout }`, stale);
      expect(await sessions()).toBe(before);
      await query(app.fetch, `mutation { ${login()} }`, stale);
      expect(await sessions()).toBe(before + 1);
    });

    it('is checked against the operation that runs, not against others in the document', async () => {
      const send = async (operationName: string) => {
        const body = JSON.stringify({ query: 'query A { health { status } } query B { me { id } }', operationName });
        const headers = { 'content-type': 'application/json', authorization: `Bearer ${stale}` };
        return (await app.fetch('/graphql', { method: 'POST', headers, body })).status;
      };
      expect([await send('A'), await send('B')]).toEqual([200, 401]);
    });
  });

  describe('is ignored by a public operation:', () => {
    it.each<[string, () => string, object]>([
      ['health', () => '{ health { status } databaseHealth { status } }', {}],
      ['login', () => `mutation { ${login()} }`, {}],
      ['__typename', () => '{ __typename }', {}],
      ['introspection', () => getIntrospectionQuery(), {}],
      ['the type of a name', () => '{ __type(name: "Task") { name } }', {}],
      ['a protected field that @skip removes', () => '{ __typename me @skip(if: true) { id } }', {}],
      [
        'a protected field that @include removes',
        () => 'query ($no: Boolean!) { __typename me @include(if: $no) { id } }',
        { no: false },
      ],
      ['a fragment that @skip removes', () => '{ __typename ...F @skip(if: true) } fragment F on Query { me { id } }', {}],
    ])('%s', async (_, document, variables) => {
      const { status, errors, data } = await query(app.fetch, document(), stale, variables);
      expect([status, errors]).toEqual([200, undefined]);
      expect(Object.values(data ?? { nothing: null })).not.toContain(null);
    });

    it.each<[Operation, () => object, number]>([
      ['health', () => ({}), 200],
      ['databaseHealth', () => ({}), 200],
      ['login', () => ({ input: { email: ada.email, password: ada.password } }), 200],
      ['refresh', () => ({ input: { refreshToken: ada.refreshToken } }), 200],
      ['signup', () => ({ input: { email: `new-${ada.email}`, password: ada.password, name: 'New' } }), 201],
    ])('%s, in REST', async (operation, args, status) => {
      expect(await restStyle.call(app.fetch, operation, args(), stale)).toMatchObject({ status });
    });
  });

  it.each([
    ['does not parse', '{ me {'],
    ['does not validate', '{ me { nothing } }'],
    ['does not coerce', 'query ($id: ID!) { task(id: $id) { id } }'],
  ])('does not change the BAD_REQUEST of a document that %s', async (_, document) => {
    const { status, errors } = await query(app.fetch, document, stale);
    expect([status, errors?.[0]?.extensions.code]).toEqual([200, 'BAD_REQUEST']);
  });

  it('of another user shows nothing below the user of a login: neither that user’s tasks nor its own', async () => {
    const bob = await newPerson(app);
    for (const [person, title] of [
      [ada, 'Of Ada'],
      [bob, 'Of Bob'],
    ] as const)
      await restStyle.call(app.fetch, 'createTask', { input: { title } }, person.token);
    const document = `mutation { login(input: { email: "${ada.email}", password: "${ada.password}" })
      { user { id tasks { edges { node { title } } } } } }`;
    const outcomes = [];
    for (const token of [bob.token, stale, undefined, ada.token]) {
      const { data, errors } = await query(app.fetch, document, token);
      outcomes.push(errors?.[0]?.extensions.code ?? JSON.stringify(data).match(/Of \w+/)?.[0]);
    }
    expect(outcomes).toEqual(['FORBIDDEN', 'UNAUTHENTICATED', 'UNAUTHENTICATED', 'Of Ada']);
  });

  it.each<[string, () => string, () => string | undefined]>([
    [
      'signup without a token',
      () => `signup(input: { email: "tasks-${ada.email}", password: "${ada.password}", name: "New" })`,
      () => undefined,
    ],
    ['login without a token', () => `login(input: { email: "${ada.email}", password: "${ada.password}" })`, () => undefined],
    ['login with a stale token', () => `login(input: { email: "${ada.email}", password: "${ada.password}" })`, () => stale],
  ])('does not cost %s its new tokens when the user’s tasks are selected', async (_, operation, token) => {
    const document = `mutation { in: ${operation()} { accessToken refreshToken user { id tasks(first: 20) { totalCount } } } }`;
    const { status, data, errors } = await query(app.fetch, document, token());
    expect([status, errors?.map(({ path, extensions }) => [path, extensions.code])]).toEqual([
      200,
      [[['in', 'user', 'tasks'], 'UNAUTHENTICATED']],
    ]);
    const user = { id: expect.any(String), tasks: null };
    expect(data).toEqual({ in: { accessToken: expect.any(String), refreshToken: expect.any(String), user } });
  });

  describe('when it is absent', () => {
    it('makes each protected field return UNAUTHENTICATED, with HTTP 200', async () => {
      const document = '{ health { status } me { id } mine: tasks { count } tasksConnection { totalCount } task(id: 1) { id } }';
      const { status, data, errors, headers } = await query(app.fetch, document);
      expect(status).toBe(200);
      expect(data).toEqual({ health: { status: 'ok' }, me: null, mine: null, tasksConnection: null, task: null });
      expect(errors?.map(({ path, extensions }) => [path?.[0], extensions.code])).toEqual(
        ['me', 'mine', 'tasksConnection', 'task'].map((name) => [name, 'UNAUTHENTICATED']),
      );
      expect(headers.has('www-authenticate')).toBe(false);
    });

    it('allows login to run beside a protected field', async () => {
      const { status, data, errors } = await query(app.fetch, `mutation { ${login()} logout }`);
      expect([status, data, errors?.[0]?.path]).toEqual([200, { login: { tokenType: 'Bearer' }, logout: null }, ['logout']]);
    });
  });
});
