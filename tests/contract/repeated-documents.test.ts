import { describe, expect, it } from '@jest/globals';
import { buildSchema, type ExecutionResult, execute, type GraphQLSchema, parse, validate } from 'graphql';
import { createExecutor } from '../../src/schema/executor.js';

const sdl = `
  enum Status { PENDING COMPLETED }
  input Filter { status: Status, words: [String!], limit: Int = 5 }
  input Change { title: String, note: String, status: Status = PENDING, filter: Filter, filters: [Filter!] }
  type Task { id: ID!, echo: String!, title: String, tags(first: Int = 2, prefix: String): [String!]!, related(input: Filter): [Task!] }
  type Query { task(id: ID!, note: String = "none"): Task, tasks(page: Int, status: Status, filter: Filter, ids: [ID!]): [Task!], fails(why: String): Task }
  type Mutation { change(id: ID!, input: Change!, ifVersion: Int): Task, touch(ids: [ID!], note: String): Task }
`;

/** A schema whose fields answer the arguments that they got, so that absent, null and default can be told apart. */
function echoSchema(): GraphQLSchema {
  const schema = buildSchema(sdl);
  // The order of the arguments is not specified.
  const echo = (args: object) => JSON.stringify(Object.entries(args).sort(([one], [other]) => (one < other ? -1 : 1)));
  const taskOf = (name: string) => (_parent: unknown, args: object) => ({ id: name, title: name, echo: echo(args) });
  const resolvers = {
    Query: {
      task: taskOf('task'),
      tasks: (_parent: unknown, args: object) => [taskOf('one')(null, args), taskOf('two')(null, args)],
      fails: () => Promise.reject(new Error('refused')),
    },
    Mutation: { change: taskOf('change'), touch: async (_parent: unknown, args: object) => taskOf('touch')(null, args) },
    Task: {
      tags: (_parent: unknown, args: { first: number }) => Array.from({ length: args.first }, () => echo(args)),
      related: (_parent: unknown, args: object) => [taskOf('related')(null, args)],
    },
  };
  for (const [type, fields] of Object.entries(resolvers)) {
    const known = (schema.getType(type) as unknown as { getFields(): Record<string, object> }).getFields();
    for (const [name, resolve] of Object.entries(fields)) Object.assign(known[name] as object, { resolve });
  }
  return schema;
}

const filter = { status: 'COMPLETED', words: ['a'] };
/** Documents, and a value for each of their variables. */
const shapes: readonly (readonly [text: string, variables: Readonly<Record<string, unknown>>, operationName?: string])[] = [
  ['{ task(id: 1) { id echo } }', {}],
  ['query Q($id: ID!) { task(id: $id) { id echo title } }', { id: 1 }],
  ['query Q($id: ID!) { task(id: $id) { id echo title } }', { id: 1 }, 'Q'],
  ['query Q($id: ID!) { task(id: $id) { id } }', { id: 1 }, 'Other'],
  ['query ($id: ID!, $n: String) { task(id: $id, note: $n) { echo } }', { id: 1, n: 'x' }],
  ['query ($id: ID!, $n: String = "d") { task(id: $id, note: $n) { echo } }', { id: 1, n: 'x' }],
  ['query ($p: Int, $s: Status) { tasks(page: $p, status: $s) { echo } }', { p: 1, s: 'PENDING' }],
  ['query ($p: Int = 3) { tasks(page: $p) { echo } }', { p: 1 }],
  ['query ($f: Filter) { tasks(filter: $f) { echo } }', { f: filter }],
  ['query ($s: Status, $w: [String!]) { tasks(filter: { status: $s, words: $w }) { echo } }', { s: 'PENDING', w: ['a'] }],
  ['query ($w: String!) { tasks(filter: { words: [$w, "b"] }) { echo } }', { w: 'a' }],
  ['query ($l: Int) { tasks(filter: { limit: $l }) { echo } }', { l: 9 }],
  ['query ($i: [ID!]) { tasks(ids: $i) { echo } }', { i: [1, 2] }],
  ['query ($i: ID!) { tasks(ids: [$i]) { echo } }', { i: 1 }],
  ['query ($i: [ID!]) { tasks(ids: $i) { echo } }', { i: 7 }],
  ['query ($n: Int) { task(id: 1) { tags(first: $n) } }', { n: 1 }],
  ['query ($n: Int!) { task(id: 1) { tags(first: $n, prefix: "x") } }', { n: 1 }],
  ['query ($n: Int, $p: String) { task(id: 1) { tags(first: $n, prefix: $p) related { tags(first: $n) } } }', { n: 1, p: 'q' }],
  ['query ($s: Status) { task(id: 1) { related(input: { status: $s }) { echo } } }', { s: 'PENDING' }],
  ['query ($f: Filter) { task(id: 1) { related(input: $f) { echo } } }', { f: filter }],
  ['query ($f: Filter) { a: tasks(filter: $f) { echo } b: tasks { echo } }', { f: filter }],
  ['query ($a: ID!, $b: ID!) { a: task(id: $a) { id } b: task(id: $b) { id } }', { a: 1, b: 2 }],
  ['{ mine: task(id: 1) { name: title title: id } }', {}],
  ['query ($yes: Boolean!) { task(id: 1) { id title @include(if: $yes) echo @skip(if: $yes) } }', { yes: true }],
  ['query ($yes: Boolean!) { task(id: 1) { ...F @include(if: $yes) id } } fragment F on Task { title }', { yes: true }],
  ['query ($yes: Boolean!) { task(id: 1) { ... @skip(if: $yes) { title } id } }', { yes: false }],
  ['query ($yes: Boolean = true) { task(id: 1) @include(if: $yes) { id } }', { yes: false }],
  ['query ($id: ID!) { ...R } fragment R on Query { task(id: $id) { echo } }', { id: 1 }],
  ['{ task(id: 1) { ...A ...B } } fragment A on Task { id ...B } fragment B on Task { title }', {}],
  ['{ task(id: 1) { ... on Task { id __typename } } }', {}],
  ['{ __typename }', {}],
  ['{ task(id: 1) { __typename } __typename }', {}],
  ['query A { task(id: 1) { id } } query B { task(id: 2) { title } }', {}, 'B'],
  ['query A { task(id: 1) { id } } query B { task(id: 2) { title } }', {}, 'A'],
  ['query A { task(id: 1) { id } } query B { task(id: 2) { title } }', {}],
  ['query A { task(id: 1) { id } } mutation B { touch { echo } }', {}, 'B'],
  ['query A { task(id: 1) { id } } mutation B { touch { echo } }', {}, 'C'],
  ['query ($w: String) { fails(why: $w) { id } }', { w: 'x' }],
  ['query ($w: String) { fails(why: $w) { id } task(id: 1) { id } }', { w: 'x' }],
  ['mutation ($i: ID!, $c: Change!) { change(id: $i, input: $c) { echo } }', { i: 1, c: { title: 'T', filter } }],
  ['mutation ($i: ID!, $c: Change!) { change(id: $i, input: $c) { echo } }', { i: 1, c: { note: null, filters: [{}, filter] } }],
  [
    'mutation ($i: ID!, $t: String, $n: String) { change(id: $i, input: { title: $t, note: $n }) { echo } }',
    { i: 1, t: 'T', n: 'N' },
  ],
  ['mutation ($i: ID!, $s: Status) { change(id: $i, input: { status: $s }) { echo } }', { i: 1, s: 'COMPLETED' }],
  ['mutation ($i: ID!, $s: Status = COMPLETED) { change(id: $i, input: { status: $s }) { echo } }', { i: 1, s: 'PENDING' }],
  ['mutation ($i: ID!, $f: Filter) { change(id: $i, input: { filter: $f }) { echo } }', { i: 1, f: filter }],
  ['mutation ($i: ID!, $l: Int) { change(id: $i, input: { filter: { limit: $l } }) { echo } }', { i: 1, l: 2 }],
  ['mutation ($i: ID!, $f: Filter!) { change(id: $i, input: { filters: [$f, {}] }) { echo } }', { i: 1, f: filter }],
  ['mutation ($i: ID!, $v: Int) { change(id: $i, input: {}, ifVersion: $v) { echo } }', { i: 1, v: 3 }],
  ['mutation ($c: Change!) { a: change(id: 1, input: $c) { echo } b: change(id: 2, input: $c) { echo } }', { c: { title: 'T' } }],
  ['mutation ($n: String) { touch(note: $n) { echo } }', { n: 'N' }],
  ['mutation ($i: [ID!], $n: String) { touch(ids: $i, note: $n) { echo } }', { i: ['1'], n: 'N' }],
  ['mutation ($i: ID!) { touch(ids: [$i, 2]) { echo } }', { i: '1' }],
  ['mutation M($n: String) { touch(note: $n) { echo } }', { n: 'N' }, 'M'],
  ['mutation M($n: String) { touch(note: $n) { echo } }', { n: 'N' }, 'N'],
  ['mutation { touch(note: null) { echo } }', {}],
  ['mutation { touch(note: "a\\nb", ids: []) { echo tags(first: 1) } }', {}],
  ['query ($p: Int) { tasks(page: $p) { echo } }', { p: 'two' }],
  ['query ($f: Filter) { tasks(filter: $f) { echo } }', { f: [filter] }],
  ['query ($f: Filter) { tasks(filter: $f) { echo } }', { f: { unknown: 1 } }],
  ['query ($s: Status) { tasks(status: $s) { echo } }', { s: 'LOST' }],
  ['query ($p: Int) { tasks(page: $p) { echo } }', { p: 1, extra: 2 }],
  ['# a comment\nquery ($id: ID!) {\n  task(id: $id) { id, title }\n}', { id: 1 }],
  ['{ task(id: 1) { id id title title } }', {}],
  ['{ task(id: 1) { related { id } related { title } } }', {}],
  ['query ($n: Int) { task(id: 1) { ...T } } fragment T on Task { tags(first: $n) }', { n: 1 }],
];

/** Each variable present, absent and null. */
function presences(variables: Readonly<Record<string, unknown>>): Record<string, unknown>[] {
  const others = Object.keys(variables).flatMap((name) => {
    const { [name]: _, ...rest } = variables;
    return [rest, { ...rest, [name]: null }];
  });
  return [{ ...variables }, {}, ...others];
}

describe('the executor for repeated documents', () => {
  const schema = echoSchema();
  const cases = shapes.flatMap(([text, variables, operationName]) =>
    presences(variables).map((present) => ({ text, present, operationName })),
  );

  it('is tested with at least sixty valid documents', () => {
    expect(shapes.length).toBeGreaterThanOrEqual(60);
    for (const [text] of shapes) expect([text, validate(schema, parse(text))]).toEqual([text, []]);
  });

  it.each(cases)(
    'returns what graphql-js returns at the sixth execution: $text with $present',
    async ({ text, present, operationName }) => {
      const args = { schema, document: parse(text), variableValues: present, operationName, contextValue: {} };
      const textOf = ({ data, errors }: ExecutionResult) => JSON.stringify({ data, errors });
      const expected = textOf(await execute(args));
      const run = createExecutor();
      for (let time = 1; time <= 6; time++) expect(textOf(await run(args))).toBe(expected);
    },
  );
});
