import { describe, expect, it } from '@jest/globals';
import {
  buildSchema,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  parse,
  responsePathAsArray,
} from 'graphql';
import { createExecutor } from '../../src/schema/executor.js';

describe('the executor', () => {
  const sdl = `
  enum Status { PENDING COMPLETED }
  input Change { title: String!, status: Status = PENDING }
  type Task { id: ID!, title: String!, status: Status!, owner: User!, note: String, next: Task }
  type User { name: String!, tasks(first: Int = 2): [Task!]! }
  type Query { task(id: ID!): Task, tasks(page: Int, status: Status): [Task!] }
  type Mutation { change(input: Change!): Task }
`;

  /** A schema whose resolvers wait, throw and answer at once, and take note of their info. */
  function makeSchema(): GraphQLSchema {
    const schema = buildSchema(sdl);
    const task = (id: string): object => ({ id, title: `Task ${id}`, status: id === '9' ? 'LOST' : 'PENDING' });
    const resolvers: Record<string, Record<string, (parent: never, args: never, context: never, info: never) => unknown>> = {
      Query: {
        task: async (_root, { id }: { id: string }) => (id === '0' ? null : task(id)),
        tasks: (_root, { page, status }: { page?: number; status?: string }) => {
          if (page === 0) throw new GraphQLError('no such page', { extensions: { code: 'BAD_REQUEST' } });
          return ['1', '2', status ?? '3'].map(task);
        },
      },
      Mutation: { change: async (_root, { input }: { input: object }) => ({ ...task('5'), ...input }) },
      Task: {
        owner: async ({ id }: { id: string }) => {
          if (id === '2') throw new Error('gone');
          if (id === '7') throw null;
          if (id === '8') return null;
          return { name: `Owner of ${id}` };
        },
        note: (
          _task,
          _args,
          _context,
          { path, fieldName, fieldNodes }: { path: object; fieldName: string; fieldNodes: object[] },
        ) => JSON.stringify({ path: responsePathAsArray(path as never), fieldName, nodes: fieldNodes.length }),
        next: ({ id }: { id: string }) => (id === '1' ? Promise.reject(new Error('no next')) : task(`${id}1`)),
      },
      User: {
        tasks: async (_user, { first }: { first: number }) => Array.from({ length: first }, (_, index) => task(`${index + 1}`)),
      },
    };
    for (const [type, fields] of Object.entries(resolvers))
      for (const [name, resolve] of Object.entries(fields))
        Object.assign((schema.getType(type) as never as { getFields(): Record<string, object> }).getFields()[name] as object, {
          resolve,
        });
    return schema;
  }

  const cases: readonly [title: string, text: string, variables?: Record<string, unknown>][] = [
    ['a field that waits', 'query ($id: ID!) { task(id: $id) { id title status } }', { id: 1 }],
    ['nothing found', '{ task(id: "0") { id } }'],
    ['a root field that throws', '\n  query ($page: Int) {\n  tasks(page: $page) { id }\n}', { page: 0 }],
    ['a field of a list that throws, below no null', '{\r\n  tasks {\r\n    id owner { name }\r\n  }\r\n}'],
    ['a field that may be null and throws', '{ tasks { id next { title } } }'],
    ['a value that its enum does not have', '{ task(id: "9") { id status } }'],
    ['lists within lists, a default argument', '{ task(id: "1") { owner { name tasks { id owner { name } } } } }'],
    [
      'fragments',
      '{ tasks { ...T ... on Task { status } } } fragment T on Task { id __typename owner { ...U } } fragment U on User { name }',
    ],
    ['what a resolver is told', '{ task(id: "1") { note owner { tasks(first: 1) { note } } } }'],
    ['an enum as a variable', 'query ($status: Status) { tasks(status: $status) { title } }', { status: 'COMPLETED' }],
    ['an absent variable', 'query ($status: Status) { tasks(status: $status) { title } }', {}],
    [
      'a mutation, an input’s default',
      'mutation ($input: Change!) { change(input: $input) { title status } }',
      { input: { title: 'T' } },
    ],
    ['variables of the wrong type', 'query ($page: Int) { tasks(page: $page) { id } }', { page: 'two' }],
    ['a missing variable', 'query ($id: ID!) { task(id: $id) { id } }', {}],
    ['an unknown input field', 'mutation ($input: Change!) { change(input: $input) { id } }', { input: { title: 'T', x: 1 } }],
    [
      'what is left out',
      'query ($no: Boolean!) { task(id: "1") { id ...F @include(if: $no) } } fragment F on Task { title }',
      { no: true },
    ],
    ['null for a default', 'query ($id: ID = "1") { task(id: $id) { id } }', { id: null }],
    ['aliases', '{ task(id: "1") { a: owner { name } owner { b: name tasks { a: id } } } }'],
  ];

  describe('for a repeated document', () => {
    const schema = makeSchema();
    const plainly = async (result: Promise<ExecutionResult> | ExecutionResult) => JSON.parse(JSON.stringify(await result));

    it.each(cases.map((each) => ({ title: each[0], each })))(
      'returns the same result as the first time: $title',
      async ({ each }) => {
        const [, text, variableValues] = each;
        const args = { schema, document: parse(text), variableValues, contextValue: {} };
        const expected = await plainly(execute(args));
        const run = createExecutor();
        for (let time = 1; time <= 5; time++) expect(await plainly(run(args))).toEqual(expected);
      },
    );

    it('keeps the original error of a resolver, and the order of the fields', async () => {
      const args = { schema, document: parse('{ tasks { owner { name } id title } }'), contextValue: {} };
      const run = createExecutor();
      for (let time = 1; time <= 4; time++) await run(args);
      const { errors } = await run(args);
      expect(errors?.[0]?.originalError?.message).toBe('gone');
      const { data } = await run({ ...args, document: parse('{ task(id: "1") { owner { name } id } }') });
      expect(Object.keys((data as { task: object }).task)).toEqual(['owner', 'id']);
    });

    it.each(['7', '8'])('adds an original error where graphql-js has none (%s)', async (id) => {
      const args = { schema, document: parse('query ($id: ID!) { task(id: $id) { owner { name } } }'), variableValues: { id } };
      const run = createExecutor();
      for (let time = 1; time <= 5; time++) {
        const { data, errors } = await run({ ...args, contextValue: {} });
        expect(data).toEqual({ task: null });
        expect(errors?.map(({ originalError }) => originalError)).toEqual([expect.any(Error)]);
      }
    });

    it('runs the named operation of several', async () => {
      const document = parse('query A { task(id: "1") { id } } query B { task(id: "2") { id } }');
      const run = createExecutor();
      for (let time = 1; time <= 5; time++) {
        expect((await run({ schema, document, operationName: 'B' })).data).toEqual({ task: { id: '2' } });
        expect((await run({ schema, document, operationName: 'A' })).data).toEqual({ task: { id: '1' } });
      }
    });
  });
});
