import { Kind, type OperationDefinitionNode, parse, print } from 'graphql';
import { combine, type Policy, policyOf } from '../../../scripts/authorization/policies.js';
import { routes } from '../../../src/rest/routes.js';
import { type Arguments, graphqlRequest, type Operation } from '../styles.js';
import type { World } from './worlds.js';

/** A person with a password, for the operations that take one. */
export interface Account {
  readonly email: string;
  readonly password: string;
}

/** One way in to an operation. */
export interface Way {
  readonly title: string;
  readonly isWrite: boolean;
  readonly policy: Policy;
  /** The status of a success. */
  readonly status: number;
  request(world: World, account: Account): { path: string; method: string; body?: object };
}

const task = ({ owner }: World) => ({ id: owner.taskId });

/** What each operation is called with. It names objects of the world's owner. */
const argumentsOf: Readonly<Record<string, (world: World, account: Account) => Arguments>> = {
  signup: ({ owner }, { password }) => ({ input: { email: `signup-${owner.email}`, password, name: 'New' } }),
  login: (_, { email, password }) => ({ input: { email, password } }),
  refresh: ({ owner }) => ({ input: { refreshToken: owner.refreshToken } }),
  forgotPassword: ({ owner }) => ({ input: { email: `unknown-${owner.email}` } }),
  resetPassword: ({ owner }, { password }) => ({ input: { token: owner.resetToken, newPassword: password } }),
  confirmEmail: ({ owner }) => ({ input: { token: owner.confirmToken } }),
  updateMe: () => ({ input: { name: 'Changed' } }),
  deleteMe: () => ({ input: {} }),
  revokeSession: ({ owner }) => ({ id: owner.spareSessionId }),
  revokeApiToken: ({ owner }) => ({ id: owner.spareApiTokenId }),
  createApiToken: () => ({ input: { name: 'Script', scopes: ['tasks:read'] } }),
  task,
  createTask: () => ({ input: { title: 'New' } }),
  updateTask: (world) => ({ ...task(world), input: { title: 'Changed' } }),
  deleteTask: task,
  toggleTask: task,
};

const argsOf = (name: string, world: World, account: Account): Arguments => argumentsOf[name]?.(world, account) ?? {};

/** What only GraphQL has, and every way to the fields that lead from one row to others. `path` is what a request passes. */
const paths: readonly { readonly path: readonly string[]; readonly selection: string }[] = [
  { path: ['Query.tasksConnection'], selection: 'tasksConnection { edges { node { title } } }' },
  { path: ['Query.me', 'User.tasks'], selection: 'me { tasks { edges { node { title } } } }' },
  { path: ['Query.task', 'Task.owner'], selection: 'task(id: $id) { owner { email } }' },
  { path: ['Query.tasks', 'Task.owner'], selection: 'tasks { data { owner { email } } }' },
  { path: ['Query.tasksConnection', 'Task.owner'], selection: 'tasksConnection { edges { node { owner { email } } } }' },
  {
    path: ['Query.task', 'Task.owner', 'User.tasks'],
    selection: 'task(id: $id) { owner { tasks { edges { node { title } } } } }',
  },
];

/** How a document can ask for a root field. */
const shapes: Readonly<Record<string, (head: string, root: string, field: string) => string>> = {
  'root field': (head, _, field) => `${head} { ${field} }`,
  'alias beside a public field': (head, _, field) => `${head} { __typename other: ${field} }`,
  fragments: (head, root, field) => `${head} { ...F } fragment F on ${root} { ... on ${root} @include(if: true) { ${field} } }`,
};
const shortShapes = Object.fromEntries(Object.entries(shapes).slice(0, 1));

/** @param variables the definitions, with their parentheses; empty when there are none. */
function graphqlWays(path: readonly string[], variables: string, selection: string, name: string): Way[] {
  const [root = '', field = ''] = path[0]?.split('.') ?? [];
  const isWrite = root === 'Mutation';
  const head = `${root.toLowerCase()} ${variables}`;
  const policy = combine(path.map(policyOf));
  // What is for anyone has nothing to get round, and what lies behind a root field is reached like that root field.
  const isShort = policy.access === 'anyone' || path.length > 1;
  return Object.entries(isShort ? shortShapes : shapes).map(([shape, format]) => ({
    ...{ title: `GraphQL, ${shape}: ${name}`, isWrite, policy, status: 200 },
    request: (world, account) => {
      const values = path[0] === `${root}.${field}` && field in argumentsOf ? argsOf(field, world, account) : {};
      const body = { query: format(head, root, selection), variables: graphqlRequest(field as Operation, values).variables };
      return { path: '/graphql', method: 'POST', body };
    },
  }));
}

/** The ways of a root field that both styles have, by its document in `documents.graphql`. */
function documentWays(coordinate: string): Way[] {
  const operation = coordinate.split('.')[1] as Operation;
  const [definition] = parse(graphqlRequest(operation, {}).document).definitions as OperationDefinitionNode[];
  const [field] = definition?.selectionSet.selections ?? [];
  if (!definition || field?.kind !== Kind.FIELD) throw new Error(`${coordinate} has no document of its own.`);
  const variables = (definition.variableDefinitions ?? []).map(print).join(', ');
  return graphqlWays([coordinate], variables && `(${variables})`, print(field), operation);
}

const snakeKeys = (input: unknown) =>
  JSON.parse(
    JSON.stringify(input).replaceAll(/"\w+":/g, (key) => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)),
  );

function restWays(coordinate: string): Way[] {
  const [root, operation = ''] = coordinate.split('.');
  const isWrite = root === 'Mutation';
  return routes
    .filter((route) => route.operation === coordinate)
    .map(({ method, path, status }) => ({
      ...{ title: `REST: ${method} ${path}`, isWrite, policy: policyOf(coordinate), status },
      request: (world, account) => {
        const { id, input } = argsOf(operation, world, account);
        return { path: path.replace('{id}', String(id)), method, ...(input === undefined ? {} : { body: snakeKeys(input) }) };
      },
    }));
}

/** All ways to a field, over both styles. */
export function waysTo(coordinate: string): Way[] {
  const reaching = paths.filter(({ path }) => path.at(-1) === coordinate);
  const rest = restWays(coordinate);
  const byPath = reaching.flatMap(({ path, selection }) =>
    graphqlWays(path, selection.includes('$id') ? '($id: ID!)' : '', selection, selection),
  );
  return [...rest, ...(rest.length > 0 ? documentWays(coordinate) : []), ...byPath];
}
