import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newPerson, openTestApp, type Person, password, type TestApp } from '../support/app.js';
import { query } from '../support/graphql.js';
import { trafficOf } from '../support/statements.js';
import { type Arguments, graphqlStyle, type Operation, restStyle } from '../support/styles.js';

describe('the database cost', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await openTestApp();
  });
  afterAll(() => app.close());

  /** What an operation costs the database: its statements, and the rows that they answer. */
  async function costOf(run: () => Promise<unknown>): Promise<{ statements: number; rows: number }> {
    const { statements, rows } = await trafficOf(run);
    return { statements: statements.length, rows };
  }

  const title = 'Buy groceries';
  /** Some tasks of a new person's. @returns the person, and the id of one of their tasks. */
  async function personWithTasks(count: number): Promise<Person & { taskId: unknown }> {
    const person = await newPerson(app);
    let taskId: unknown;
    for (let made = 0; made < count; made++) {
      const { value } = await restStyle.call(app.fetch, 'createTask', { input: { title } }, person.token);
      taskId = (value as { id: unknown }).id;
    }
    return { ...person, taskId };
  }

  type Row = [operation: Operation, args: (person: Person & { taskId: unknown }) => Arguments, statements: number, rows: number];

  /** The contract: statements and rows of each operation, of a person with three tasks; BEGIN and COMMIT count. */
  const contract: readonly Row[] = [
    ['task', ({ taskId }) => ({ id: taskId }), 1, 1],
    ['tasks', () => ({}), 1, 3],
    ['tasks', () => ({ status: 'Pending', search: 'groc', sort: 'title', limit: 2 }), 1, 2],
    ['tasks', () => ({ limit: 2 }), 1, 2],
    // One row more tells whether there is a next page.
    ['tasks', () => ({ limit: 2, total: false }), 1, 3],
    ['tasks', () => ({ status: 'Pending', search: 'groc', limit: 2, total: false }), 1, 3],
    ['createTask', () => ({ input: { title } }), 1, 1],
    ['updateTask', ({ taskId }) => ({ id: taskId, input: { title: 'New' } }), 1, 1],
    ['toggleTask', ({ taskId }) => ({ id: taskId }), 1, 1],
    ['deleteTask', ({ taskId }) => ({ id: taskId }), 1, 1],
    ['me', () => ({}), 1, 1],
    ['updateMe', () => ({ input: { name: 'Ada L.' } }), 1, 1],
    ['login', ({ email }) => ({ input: { email, password } }), 3, 3],
    ['refresh', ({ refreshToken }) => ({ input: { refreshToken } }), 2, 2],
    ['logout', () => ({}), 1, 1],
    ['deleteMe', () => ({ input: { password } }), 7, 4],
    ['signup', ({ email }) => ({ input: { email: `x${email}`, password, name: 'Ada' } }), 7, 5],
    ['health', () => ({}), 0, 0],
    ['databaseHealth', () => ({}), 1, 1],
  ];

  describe.each([graphqlStyle, restStyle])('in $name', (style) => {
    it.each(contract)('of %s is the number of statements and rows in the table', async (operation, args, statements, rows) => {
      const person = await personWithTasks(3);
      const cost = await costOf(() => style.call(app.fetch, operation, args(person), person.token));
      expect({ operation, ...cost }).toEqual({ operation, statements, rows });
    });

    it('of a task that is missing or belongs to another user is one statement more', async () => {
      const [ada, bob] = [await personWithTasks(1), await personWithTasks(1)];
      for (const operation of ['task', 'toggleTask', 'deleteTask'] as const)
        for (const id of [bob.taskId, 2_000_000_000])
          expect((await costOf(() => style.call(app.fetch, operation, { id }, ada.token))).statements).toBe(2);
    });
  });

  describe('of a total', () => {
    /** Whether it was counted, each time of several: a document that comes again is compiled. */
    async function countings(run: () => Promise<unknown>): Promise<boolean[]> {
      const counted: boolean[] = [];
      for (let time = 0; time < 4; time++) {
        const { statements } = await trafficOf(run);
        counted.push(statements.some((text) => /count\(/i.test(text)));
      }
      return counted;
    }

    it.each<[string, string, boolean]>([
      ['a field', '{ tasks { count total } }', true],
      ['an alias', '{ tasks { count all: total } }', true],
      ['a fragment', '{ tasks { ...F } } fragment F on TaskPage { total }', true],
      ['an inline fragment', '{ tasks { ... on TaskPage { total } } }', true],
      ['the second of two selections of a field', '{ tasks { count } tasks { total } }', true],
      ['a field under @include(if: $yes)', 'query ($yes: Boolean!) { tasks { total @include(if: $yes) count } }', true],
      ['a field under @skip(if: $no)', 'query ($no: Boolean!) { tasks { total @skip(if: $no) count } }', true],
      ['no field', '{ tasks { count data { id } } }', false],
      ['an alias of another field', '{ tasks { total: count } }', false],
      ['a field of a connection', '{ tasksConnection(first: 2) { edges { cursor } pageInfo { hasNextPage } } }', false],
      ['a field under @include(if: $no)', 'query ($no: Boolean!) { tasks { total @include(if: $no) count } }', false],
      ['a field under @skip(if: $yes)', 'query ($yes: Boolean!) { tasks { total @skip(if: $yes) count } }', false],
      ['a fragment under @skip', 'query ($yes: Boolean!) { tasks { count ... @skip(if: $yes) { total } } }', false],
    ])('selected as %s in GraphQL: %s is counted: %s', async (_title, document, counted) => {
      const { token } = await personWithTasks(3);
      const variables = Object.fromEntries(
        ['yes', 'no'].filter((name) => document.includes(`$${name}`)).map((name) => [name, name === 'yes']),
      );
      const ask = async () => expect((await query(app.fetch, document, token, variables)).errors).toBeUndefined();
      expect(await countings(ask)).toEqual(Array(4).fill(counted));
    });

    it.each<[string, boolean]>([
      ['', true],
      ['?total=true', true],
      ['?total=false', false],
      ['?total=false&status=Pending&search=groc', false],
    ])('in GET /api/tasks%s: counted is %s', async (search, counted) => {
      const { token } = await personWithTasks(3);
      const headers = { authorization: `Bearer ${token}` };
      expect(await countings(() => app.fetch(`/api/tasks${search}`, { headers }))).toEqual(Array(4).fill(counted));
    });
  });

  describe('of nested GraphQL fields', () => {
    it.each<[string, string, number]>([
      ['owners in a page', '{ tasks { data { id owner { id name } } } }', 2],
      ['owners in a connection', '{ tasksConnection { edges { node { owner { email } } } } }', 2],
      ['the caller’s tasks and their owners', '{ me { tasks { edges { node { owner { id } } } } } }', 3],
    ])('is the same number of statements for one and for twenty: %s', async (_title, document, statements) => {
      const costs: number[] = [];
      for (const count of [1, 20]) {
        const { token } = await personWithTasks(count);
        costs.push((await costOf(() => query(app.fetch, document, token))).statements);
      }
      expect(costs).toEqual([statements, statements]);
    });
  });
});
