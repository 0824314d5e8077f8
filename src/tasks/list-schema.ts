import { UserType } from '../accounts/users/schema.js';
import { builder } from '../schema/builder.js';
import { signedIn } from '../schema/context.js';
import {
  connectionArgs,
  connectionComplexity,
  createConnectionType,
  createPageType,
  createSortType,
  pageArgs,
  pageComplexity,
  searchExtensions,
} from '../schema/lists.js';
import { isSelected } from '../schema/selection.js';
import { taskTable } from './columns.js';
import { taskList } from './lists.js';
import { TaskStatusType, TaskType } from './task-schema.js';

const names = { type: 'Task', items: 'tasks', example: taskTable.example };
const TaskSortType = createSortType(names, taskList);
const TaskPageType = createPageType(names, TaskType);
const TaskConnectionType = createConnectionType(names, TaskType);

const filterArgs = builder.args((t) => ({
  status: t.field({ type: TaskStatusType, description: 'Returns only tasks with this status.' }),
  search: t.string({
    description:
      'Case-insensitive substring search in title and description. Scans every task, so it is slow on very long lists.',
    extensions: searchExtensions,
  }),
  sort: t.field({
    type: TaskSortType,
    description: 'Sort order. Defaults to newest first.',
    extensions: { jsonSchema: { default: taskList.defaultSort } },
  }),
}));

builder.queryFields((t) => ({
  tasks: t.field({
    description: 'Lists your tasks, one page at a time.',
    type: TaskPageType,
    nullable: true,
    scope: 'tasks:read',
    args: { ...pageArgs('tasksConnection'), ...filterArgs },
    complexity: pageComplexity,
    resolve: (_root, args, context, info) =>
      context.services.tasks.page(signedIn(context), { isCounted: isSelected(info, 'total'), ...args }),
  }),
  tasksConnection: t.field({
    description: 'Lists your tasks by cursor.',
    type: TaskConnectionType,
    nullable: true,
    scope: 'tasks:read',
    args: { ...connectionArgs, ...filterArgs },
    complexity: connectionComplexity,
    resolve: (_root, args, context) => context.services.tasks.connection(signedIn(context), args),
  }),
}));

// The user is the signed-in one (`me`, the owner of their own tasks), except below a sign-in that another user's token accompanies.
builder.objectField(UserType, 'tasks', (t) =>
  t.field({
    description: 'The user’s tasks, by cursor.',
    type: TaskConnectionType,
    // An error stays here: it hides neither the user nor the tokens of a sign-in that has taken effect.
    nullable: true,
    scope: 'tasks:read',
    args: { ...connectionArgs, ...filterArgs },
    complexity: connectionComplexity,
    extensions: { rest: 'omit' },
    resolve: ({ id }, args, context) => context.services.tasks.connectionOf(signedIn(context), id, args),
  }),
);
