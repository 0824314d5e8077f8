import { encodeCursor } from '../src/lists/cursor.js';
import { orderOf } from '../src/lists/order.js';
import { taskList } from '../src/tasks/lists.js';
import type { Person } from './data.js';
import { type Crowd, momentOf, rareWord } from './growth-data.js';

/** A request as it is sent. */
export interface Asked {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly token: string;
  readonly body?: string;
}

/** What an answer says: which tasks, and how many there are in all if it tells that. */
interface Answered {
  readonly ids: readonly number[];
  readonly total?: number;
}

/** Tasks of a list, newest first, in SQL. */
interface Selection {
  readonly owner: string;
  readonly where: string;
  readonly skip: number;
  readonly limit: number;
}

/** Something that is measured at each size. */
export interface Operation {
  readonly name: string;
  /** @param turn counts the requests, so that people and tasks vary. */
  ask(turn: number): Asked;
  read(body: unknown): Answered;
  /** What must be answered; absent for what is made only then. */
  expected?(turn: number): Selection;
}

/** People who take turns. */
type Who = readonly Person[];
const whose = (who: Who, turn: number) => who[turn % who.length] as Person;
const limit = 20;

type RestPage = { readonly data: readonly { readonly id: number }[]; readonly total?: number };

/** A page by number, as REST has it. @param filter what of the person's tasks is asked for: the same in a query and in SQL. */
function page(name: string, who: Who, query: string, filter: Partial<Selection> = {}): Operation {
  const selection = { where: 'true', skip: 0, limit, ...filter };
  return {
    name,
    ask: (turn) => ({ method: 'GET', path: `/api/tasks?limit=${selection.limit}${query}`, token: whose(who, turn).token }),
    read: (body) => {
      const { data, total } = body as RestPage;
      return { ids: data.map(({ id }) => id), total };
    },
    expected: (turn) => ({ owner: whose(who, turn).id, ...selection }),
  };
}

const connection = `query Page($first: Int!, $after: String!) { tasksConnection(first: $first, after: $after) {
  edges { cursor node { id userId title description status createdAt updatedAt } } pageInfo { hasNextPage endCursor } } }`;
type Connection = {
  readonly data: { readonly tasksConnection: { readonly edges: readonly { readonly node: { id: string } }[] } };
};

/** The page after a task, as GraphQL's connection has it. @param skip how many tasks lie before the page. */
function slice(name: string, who: Who, crowd: Crowd, skip: number, lastBefore: (person: Person) => number): Operation {
  return {
    name,
    ask: (turn) => {
      const id = lastBefore(whose(who, turn));
      const [createdAt, updatedAt] = [momentOf(crowd, id), momentOf(crowd, id)];
      const after = encodeCursor(orderOf(taskList, '-created_at'), { id, title: '', createdAt, updatedAt });
      const body = JSON.stringify({ query: connection, variables: { first: limit, after } });
      return { method: 'POST', path: '/graphql', token: whose(who, turn).token, body };
    },
    read: (body) => ({ ids: (body as Connection).data.tasksConnection.edges.map(({ node }) => Number(node.id)) }),
    expected: (turn) => ({ owner: whose(who, turn).id, where: 'true', skip, limit }),
  };
}

function get(name: string, who: Who): Operation {
  const which = (turn: number) => whose(who, turn).taskIds[Math.floor(turn / who.length) % 100] as number;
  return {
    name,
    ask: (turn) => ({ method: 'GET', path: `/api/tasks/${which(turn)}`, token: whose(who, turn).token }),
    read: (body) => ({ ids: [(body as { id: number }).id] }),
    expected: (turn) => ({ owner: whose(who, turn).id, where: `id = ${which(turn)}`, skip: 0, limit: 1 }),
  };
}

const create = (name: string, who: Who): Operation => ({
  name,
  ask: (turn) => {
    const body = JSON.stringify({ title: `New task ${turn}`, description: 'Made by the benchmark' });
    return { method: 'POST', path: '/api/tasks', token: whose(who, turn).token, body };
  },
  read: (body) => ({ ids: [(body as { id: number }).id] }),
});

const pending = `status = 'Pending'`;
const rare = `title LIKE '%${rareWord}%'`;

/** What is measured, in this order: what makes tasks comes last. */
export function operationsOf(crowd: Crowd): readonly Operation[] {
  const { ordinary, busiest, tasks } = crowd;
  const all = [busiest];
  // The busiest person's are every tenth, up to the last.
  const far = Math.round(tasks * 0.09);
  const farPage = far / 100 + 1;
  return [
    get('get', ordinary),
    page('first page', ordinary, '&total=false'),
    page('first page and total', ordinary, ''),
    page('first page, long list', all, '&total=false'),
    slice('distant page by cursor', ordinary, crowd, 80, ({ taskIds }) => taskIds[20] as number),
    slice('distant page by cursor, long list', all, crowd, far, () => tasks - 10 * (far - 1)),
    page('page of a status', ordinary, `&status=Pending&total=false`, { where: pending }),
    page('page of a common status, long list', all, '&status=Completed&total=false', { where: `NOT ${pending}` }),
    page('page of a rare status, long list', all, '&status=Pending&total=false', { where: pending }),
    page('search', ordinary, `&search=${rareWord}`, { where: rare }),
    page('total, long list', all, '', { limit: 1 }),
    page('search for a rare word, long list', all, `&search=${rareWord}&total=false`, { where: rare }),
    page('distant page by number, long list', all, `&total=false&page=${farPage}`, { skip: far, limit: 100 }),
    create('create', ordinary),
    create('create, long list', all),
  ];
}
