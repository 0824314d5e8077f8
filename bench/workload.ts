/** The two ways in. */
export const styles = ['rest', 'graphql'] as const;
export type Style = (typeof styles)[number];
/** What the load is made of. */
export type OperationName = 'get' | 'list' | 'create' | 'toggle';

/** A request to be sent; `#ID` and `#N` stand for a task of the person's and a running number. */
export interface Template {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly body?: string | undefined;
}

/** Each operation in each style. */
export type Workload = Readonly<Record<Style, Readonly<Record<OperationName, Template>>>>;

/** What is sent, by weight, over how many connections. */
export interface Scenario {
  readonly weights: Partial<Record<OperationName, number>>;
  readonly connections: number;
}

/** What people do, mostly. */
export const mixed: Scenario = { weights: { list: 70, get: 20, create: 5, toggle: 5 }, connections: 32 };
/** The scenarios by name, in the order in which they run. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  get: { weights: { get: 1 }, connections: 32 },
  list: { weights: { list: 1 }, connections: 32 },
  mixed,
  'mixed at 1000': { ...mixed, connections: 1000 },
  create: { weights: { create: 1 }, connections: 32 },
  toggle: { weights: { toggle: 1 }, connections: 32 },
};

const fields = 'id userId title description status createdAt updatedAt';
const task = { title: 'New task #N', description: 'Made by the benchmark' };
/** A GraphQL request. */
export const graphql = (query: string, variables: object): Template => ({
  method: 'POST',
  path: '/graphql',
  body: JSON.stringify({ query, variables }),
});

/** The same work for every subject: both speak the product's REST and GraphQL. */
export const workload: Workload = {
  rest: {
    get: { method: 'GET', path: '/api/tasks/#ID' },
    list: { method: 'GET', path: '/api/tasks?page=1&limit=20' },
    create: { method: 'POST', path: '/api/tasks', body: JSON.stringify(task) },
    toggle: { method: 'PATCH', path: '/api/tasks/#ID/complete' },
  },
  graphql: {
    get: graphql(`query Task($id: ID!) { task(id: $id) { ${fields} } }`, { id: '#ID' }),
    list: graphql(
      `query Tasks($page: Int!, $limit: Int!) { tasks(page: $page, limit: $limit) { data { ${fields} } count total page limit } }`,
      { page: 1, limit: 20 },
    ),
    create: graphql(`mutation Create($input: CreateTaskInput!) { createTask(input: $input) { ${fields} } }`, { input: task }),
    toggle: graphql(`mutation Toggle($id: ID!) { toggleTask(id: $id) { ${fields} } }`, { id: '#ID' }),
  },
};
