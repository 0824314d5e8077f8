import { UserType } from '../accounts/user-schema.js';
import { builder } from '../schema/builder.js';
import { signedIn } from '../schema/context.js';
import { largestTaskId, taskStatuses } from './rules.js';

/** Where a task stands. */
export const TaskStatusType = builder.enumType('TaskStatus', {
  description: 'Where a task stands.',
  values: {
    PENDING: { value: taskStatuses[0], description: 'Still to do.' },
    COMPLETED: { value: taskStatuses[1], description: 'Done.' },
  },
});
/** A task's id, as REST's documents describe it. */
export const taskIdSchema = { type: 'integer', minimum: 1, maximum: largestTaskId } as const;

/** Something to do. */
export const TaskType = builder.prismaObject('Task', {
  description: 'Something to do.',
  fields: (t) => ({
    id: t.exposeID('id', {
      description: 'Identifies the task: a whole number from 1 to 2147483647.',
      extensions: { rest: 'integer', jsonSchema: taskIdSchema },
    }),
    userId: t.exposeString('userId', { description: 'Whose task it is.' }),
    title: t.exposeString('title', { description: 'What to do: 1 to 200 characters.' }),
    description: t.exposeString('description', {
      nullable: true,
      description: 'More about it: at most 1000 characters, or null.',
    }),
    // Of the two, as the database makes sure.
    status: t.expose('status' as never, { type: TaskStatusType, description: 'Where it stands.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
    version: t.exposeInt('version', {
      description: 'Counts its changes, from 1: send it as `ifVersion` to change only what you have seen.',
      // There it is the entity tag.
      extensions: { rest: 'omit' },
    }),
    owner: t.field({
      type: UserType,
      description: 'Whose task it is.',
      extensions: { rest: 'omit' },
      resolve: (task, _args, context) => context.services.users.owner(signedIn(context), task.userId),
    }),
  }),
});
