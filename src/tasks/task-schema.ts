import { UserType } from '../accounts/users/schema.js';
import { builder, textComplexity } from '../schema/builder.js';
import { signedIn } from '../schema/context.js';
import { taskTable } from './columns.js';
import { largestTaskId, maxLengths, type TaskStatus, taskStatuses } from './rules.js';

/** The status of a task. */
export const TaskStatusType = builder.enumType('TaskStatus', {
  description: 'The status of a task.',
  values: {
    PENDING: { value: taskStatuses[0], description: 'Not done yet.' },
    COMPLETED: { value: taskStatuses[1], description: 'Done.' },
  },
});
/** The id of a task in OpenAPI. */
export const taskIdSchema = { type: 'integer', minimum: 1, maximum: largestTaskId } as const;

/** A task. */
export const TaskType = builder.prismaObject('Task', {
  description: 'Something to do.',
  extensions: { example: taskTable.example },
  fields: (t) => ({
    id: t.exposeID('id', {
      description: `Identifier of the task: a whole number from 1 to ${largestTaskId}.`,
      extensions: { rest: 'integer', jsonSchema: taskIdSchema },
    }),
    userId: t.exposeString('userId', { description: 'Identifier of the owner.' }),
    title: t.exposeString('title', {
      description: 'Title, 1 to 200 characters.',
      complexity: textComplexity(maxLengths.title),
    }),
    description: t.exposeString('description', {
      nullable: true,
      description: 'Details, at most 1000 characters, or null.',
      complexity: textComplexity(maxLengths.description),
    }),
    // One of the two: the database has a constraint.
    status: t.field({ type: TaskStatusType, description: 'Status.', resolve: ({ status }) => status as TaskStatus }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Time of creation.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'Time of the last change.' }),
    version: t.exposeInt('version', {
      description:
        'Version number, starting at 1 and incremented by every change. Pass it as `ifVersion` to fail instead of overwriting a change you have not seen.',
      // In REST it is the entity tag.
      extensions: { rest: 'omit' },
    }),
    owner: t.field({
      type: UserType,
      description: 'The owner of the task.',
      scope: 'account',
      extensions: { rest: 'omit' },
      resolve: (task, _args, context) => context.services.users.owner(signedIn(context), task.userId),
    }),
  }),
});
