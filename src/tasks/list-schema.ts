import { UserType } from '../accounts/user-schema.js';
import { pageLimits, rowsExpected } from '../core/page.js';
import { builder } from '../schema/builder.js';
import { viewerOf } from '../schema/context.js';
import { isSelected } from '../schema/selection.js';
import type { TaskConnection, TaskEdge } from './connection.js';
import { defaultSort, type TaskSort, taskSorts } from './order.js';
import type { TaskPage } from './pages.js';
import { searchTerm } from './rules.js';
import { TaskStatusType, TaskType } from './task-schema.js';

/** `-created_at` → `CREATED_AT_DESC`. */
const sortName = (sort: TaskSort) => `${sort.replace('-', '').toUpperCase()}_${sort.startsWith('-') ? 'DESC' : 'ASC'}`;
const sortDescription = (sort: TaskSort) =>
  `By ${sort.replace('-', '').replace('_at', ' time').replace('_', ' ')}, ${sort.startsWith('-') ? 'highest' : 'lowest'} first; ties by id in the same direction.`;

const TaskSortType = builder.enumType('TaskSort', {
  description: 'The order of a list.',
  values: Object.fromEntries(
    taskSorts.map((sort) => [sortName(sort), { value: sort, description: sortDescription(sort) }]),
  ) as Record<string, { value: TaskSort; description: string }>,
});

const TaskPageType = builder.objectRef<TaskPage>('TaskPage').implement({
  description: 'One page of tasks, by number.',
  fields: (t) => ({
    data: t.expose('data', { type: [TaskType], description: 'The tasks on this page.' }),
    count: t.exposeInt('count', { description: 'How many are on this page.' }),
    // It is asked for, so it was counted.
    total: t.expose('total' as never, {
      type: 'Int',
      description: 'How many match in all. Counted only when asked for: many take long.',
      extensions: {
        rest: 'optional',
        parameter: '`false` leaves `total` out, and the last page of `Link` with it: then nothing is counted.',
      },
    }),
    page: t.exposeInt('page', { description: 'Which page this is, from 1.' }),
    limit: t.exposeInt('limit', { description: 'How many a page holds at most.' }),
  }),
});

const PageInfoType = builder.objectRef<TaskConnection>('PageInfo').implement({
  description: 'Where a slice of a connection stands (Cursor Connections Specification, section 5).',
  fields: (t) => ({
    hasNextPage: t.boolean({ description: 'Whether more follows.', resolve: (connection) => connection.hasNextPage() }),
    hasPreviousPage: t.boolean({
      description: 'Whether more comes before.',
      resolve: (connection) => connection.hasPreviousPage(),
    }),
    startCursor: t.string({ nullable: true, description: 'The first edge’s cursor.', resolve: ({ edges }) => edges[0]?.cursor }),
    endCursor: t.string({ nullable: true, description: 'The last edge’s cursor.', resolve: ({ edges }) => edges.at(-1)?.cursor }),
  }),
});

const TaskEdgeType = builder.objectRef<TaskEdge>('TaskEdge').implement({
  description: 'A task’s place in a connection.',
  fields: (t) => ({
    node: t.field({ type: TaskType, description: 'The task.', resolve: (edge) => edge.node }),
    cursor: t.exposeString('cursor', { description: 'Its place, for `after` and `before`.' }),
  }),
});

const TaskConnectionType = builder.objectRef<TaskConnection>('TaskConnection').implement({
  description: 'One slice of tasks, by cursor: a far one costs what the first does.',
  fields: (t) => ({
    edges: t.field({
      type: [TaskEdgeType],
      description: 'The tasks with their places.',
      resolve: (connection) => [...connection.edges],
    }),
    pageInfo: t.field({ type: PageInfoType, description: 'Where this slice stands.', resolve: (connection) => connection }),
    totalCount: t.int({
      description: 'How many match in all. Counted only when asked for: many take long.',
      resolve: (connection) => connection.totalCount(),
    }),
  }),
});

const filterArgs = builder.args((t) => ({
  status: t.field({ type: TaskStatusType, description: 'Only tasks that stand so.' }),
  search: t.string({
    description: 'Only tasks with this text in title or description, in any case. They are read one by one: many take long.',
    extensions: { rule: searchTerm.shape.search },
  }),
  sort: t.field({
    type: TaskSortType,
    description: 'The order; newest first when absent.',
    extensions: { jsonSchema: { default: defaultSort } },
  }),
}));
const bounds = `1 to ${pageLimits.max}`;
const connectionArgs = builder.args((t) => ({
  first: t.int({ description: `How many from the start: ${bounds}, ${pageLimits.defaultFirst} when neither is given.` }),
  after: t.string({ description: 'Only what follows this cursor.' }),
  last: t.int({ description: `How many from the end: ${bounds}.` }),
  before: t.string({ description: 'Only what comes before this cursor.' }),
}));

/** What a connection costs grows with what it is asked for, also when that comes as a variable. */
const connectionComplexity = ({ first, last }: { first?: number | null; last?: number | null }) => ({
  field: 1,
  multiplier: rowsExpected(first ?? last, pageLimits.defaultFirst),
});

builder.queryFields((t) => ({
  tasks: t.field({
    description: 'Lists one’s own tasks, a page at a time.',
    type: TaskPageType,
    nullable: true,
    args: {
      page: t.arg.int({
        description: 'Which page, from 1. What lies before it is read, too: a far one takes long.',
        extensions: { jsonSchema: { minimum: 1, maximum: pageLimits.maxPage, default: 1 } },
      }),
      limit: t.arg.int({
        description: `How many a page holds: ${bounds}, ${pageLimits.defaultLimit} when absent.`,
        extensions: { jsonSchema: { minimum: 1, maximum: pageLimits.max, default: pageLimits.defaultLimit } },
      }),
      ...filterArgs,
    },
    complexity: ({ limit }) => ({ field: 1, multiplier: rowsExpected(limit, pageLimits.defaultLimit) }),
    resolve: (_root, args, context, info) => context.services.tasks.page(viewerOf(context), args, isSelected(info, 'total')),
  }),
  tasksConnection: t.field({
    description: 'Lists one’s own tasks by cursor.',
    type: TaskConnectionType,
    nullable: true,
    args: { ...connectionArgs, ...filterArgs },
    complexity: connectionComplexity,
    resolve: (_root, args, context) => context.services.tasks.connection(viewerOf(context), args),
  }),
}));

// Every user that can be reached is the viewer: `me`, and the owner of one's own tasks.
builder.objectField(UserType, 'tasks', (t) =>
  t.field({
    description: 'Their tasks, by cursor.',
    type: TaskConnectionType,
    args: { ...connectionArgs, ...filterArgs },
    complexity: connectionComplexity,
    extensions: { rest: 'omit' },
    resolve: (_user, args, context) => context.services.tasks.connection(viewerOf(context), args),
  }),
);
