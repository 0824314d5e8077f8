import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { newPerson, openTestApp, type Person, type TestApp } from '../support/app.js';
import { query } from '../support/graphql.js';
import { restStyle } from '../support/styles.js';

describe('the query limits', () => {
  const production = { NODE_ENV: 'production', BETTER_AUTH_SECRET: 'V2hhdCBhIGdvb2Qgc2VjcmV0IGxvb2tzIGxpa2Ugb2YgY291cnNl' };
  let development: TestApp;
  let closed: TestApp;
  let explored: TestApp;
  let ada: Person;
  beforeAll(async () => {
    [development, closed, explored] = await Promise.all([
      openTestApp({ NODE_ENV: 'development' }),
      openTestApp(production),
      openTestApp({ ...production, EXPLORER: 'on' }),
    ]);
    ada = await newPerson(development);
    for (const title of ['a', 'b', 'c']) await restStyle.call(development.fetch, 'createTask', { input: { title } }, ada.token);
  });
  afterAll(() => Promise.all([development, closed, explored].map((app) => app.close())));

  const task = 'id userId title description status createdAt updatedAt owner { id name email }';
  const pageInfo = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';

  describe('accept a typical query:', () => {
    it.each<[string, string, object]>([
      [
        'a page of 100 with every field',
        `{ tasksConnection(first: 100) { totalCount ${pageInfo} edges { cursor node { ${task} } } } }`,
        {},
      ],
      [
        'the last page of 100 with every field',
        `{ tasksConnection(last: 100) { totalCount ${pageInfo} edges { cursor node { ${task} } } } }`,
        {},
      ],
      [
        'the same nested in me',
        `{ me { id email name createdAt updatedAt tasks(first: 100) { totalCount ${pageInfo} edges { cursor node { ${task} } } } } }`,
        {},
      ],
      ['a page of 100 by page number', `{ tasks(limit: 100) { data { ${task} } count total page limit } }`, {}],
      [
        'each of them with variables',
        `query ($n: Int) { tasksConnection(first: $n) { totalCount ${pageInfo} edges { cursor node { ${task} } } } }`,
        { n: 100 },
      ],
      [
        'each of them by page number with variables',
        `query ($n: Int) { tasks(limit: $n) { data { ${task} } count total page limit } }`,
        { n: 100 },
      ],
      [
        'both in one request',
        `{ tasksConnection(first: 100) { edges { node { ${task} } } } tasks(limit: 100) { data { ${task} } total } }`,
        {},
      ],
      ['the owner of each of your tasks', '{ me { tasks { edges { node { owner { id } } } } } }', {}],
      [
        'a page in fragments, one for each type',
        `query { ...OnQuery } fragment OnQuery on Query { tasksConnection(first: 100) { ...OnConnection } }
       fragment OnConnection on TaskConnection { totalCount pageInfo { ...OnPageInfo } edges { ...OnEdge } }
       fragment OnPageInfo on PageInfo { hasNextPage hasPreviousPage startCursor endCursor }
       fragment OnEdge on TaskEdge { cursor node { ...OnTask } }
       fragment OnTask on Task { id userId title description status createdAt updatedAt owner { ...OnUser } }
       fragment OnUser on User { id name email }`,
        {},
      ],
      [
        'me, its tasks and their owner, in fragments',
        `{ me { ...A } } fragment A on User { tasks { ...B } } fragment B on TaskConnection { edges { ...C } }
       fragment C on TaskEdge { node { ...D } } fragment D on Task { owner { ...E } } fragment E on User { id }`,
        {},
      ],
      [
        'inline fragments',
        `{ tasksConnection(first: 100) { edges { node { ... on Task { ${task} } } } ... on TaskConnection { totalCount } } }`,
        {},
      ],
    ])('%s', async (_, document, variables) => {
      const { status, errors, data } = await query(development.fetch, document, ada.token, variables);
      expect([status, errors]).toEqual([200, undefined]);
      expect(JSON.stringify(data)).toContain(ada.id);
    });

    it.each(['first: 100', 'first: $n', 'last: $n'])('reject three such pages nested in each other (%s)', async (args) => {
      const page = (inner: string) =>
        `tasks(${args}) { totalCount ${pageInfo} edges { cursor node { ${task} owner { ${inner} } } } }`;
      const variable = args.includes('$n') ? '($n: Int = 100)' : '';
      const document = `query ${variable} { me { ${page(page(page('id')))} } }`;
      const { status, errors } = await query(development.fetch, document, ada.token);
      expect([status, errors?.[0]?.extensions.code]).toEqual([400, 'QUERY_TOO_COMPLEX']);
    });
  });

  const everything = {
    descriptions: true,
    specifiedByUrl: true,
    directiveIsRepeatable: true,
    schemaDescription: true,
    inputValueDeprecation: true,
    oneOf: true,
  };

  describe('for introspection', () => {
    it('accept GraphiQL’s query with every option in development, signed in or not', async () => {
      for (const token of [undefined, ada.token]) {
        const { status, errors, data } = await query(development.fetch, getIntrospectionQuery(everything), token);
        expect([status, errors]).toEqual([200, undefined]);
        expect(JSON.stringify(data)).toContain('toggleTask');
      }
    });

    it.each([
      ['__schema', getIntrospectionQuery()],
      ['__type', '{ __type(name: "User") { fields { name } } }'],
      ['__schema in a fragment, behind an alias', '{ ...F } fragment F on Query { health: __schema { types { name } } }'],
    ])('reject it in production: %s; EXPLORER=on allows it', async (_, document) => {
      const refused = await query(closed.fetch, document);
      expect([refused.errors?.[0]?.extensions.code, refused.data]).toEqual(['BAD_REQUEST', undefined]);
      expect(JSON.stringify(refused)).not.toMatch(/createTask|updatedAt/);
      const answered = await query(explored.fetch, document);
      expect([answered.status, answered.errors]).toEqual([200, undefined]);
    });

    it('accept __typename in production', async () => {
      expect((await query(closed.fetch, '{ __typename health { __typename } }')).data).toMatchObject({ __typename: 'Query' });
    });

    it('reject nested lists of lists', async () => {
      const nested = (depth: number): string => (depth === 0 ? 'name' : `fields { type { ${nested(depth - 1)} } }`);
      const { errors, data } = await query(development.fetch, `{ __schema { types { ${nested(5)} } } }`);
      expect([errors?.[0]?.extensions.code, data]).toEqual(['BAD_REQUEST', undefined]);
    });
  });

  describe('return messages that do not reveal the schema', () => {
    const create = 'mutation ($i: CreateTaskInput!) { createTask(input: $i) { id } }';

    it.each<[string, string, object]>([
      ['a field', '{ taskz { id } }', {}],
      ['a field of a type', '{ me { emai } }', {}],
      ['an argument', '{ tasks(limi: 1) { count } }', {}],
      ['a type', 'query ($s: TaskStatu) { tasks(status: $s) { count } }', {}],
      ['a fragment’s type', '{ ...F } fragment F on Quer { me { id } }', {}],
      ['a directive', '{ me @inclde(if: true) { id } }', {}],
      ['an enum value', '{ tasks(status: PENDIN) { count } }', {}],
      ['an enum value written as a string', '{ tasks(status: "PENDING") { count } }', {}],
      ['an enum value in a variable', 'query ($s: TaskStatus) { tasks(status: $s) { count } }', { s: 'PENDIN' }],
      ['an input’s field', 'mutation { createTask(input: { titl: "x" }) { id } }', {}],
      ['an input’s field in a variable', create, { i: { titl: 'x', title: 'x' } }],
    ])('for a misspelled name: %s', async (_, document, variables) => {
      for (const app of [development, closed]) {
        const { errors } = await query(app.fetch, document, undefined, variables);
        expect(errors?.[0]?.extensions.code).toBe('BAD_REQUEST');
        expect(JSON.stringify(errors)).not.toMatch(/did you mean|suggestion|\?"/i);
      }
    });
  });
});
