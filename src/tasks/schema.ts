import { builder } from '../schema/builder.js';
import { idempotencyKeyOf, viewerOf } from '../schema/context.js';
import './list-schema.js';
import { newTask, taskChanges } from './rules.js';
import { TaskStatusType, TaskType, taskIdSchema } from './task-schema.js';

const CreateTaskInput = builder.inputType('CreateTaskInput', {
  description: 'A new task.',
  extensions: { rule: newTask },
  fields: (t) => ({
    title: t.string({ required: true, description: 'What to do: 1 to 200 characters; space around it is dropped.' }),
    description: t.string({ description: 'More about it: at most 1000 characters, or null.' }),
  }),
});
const UpdateTaskInput = builder.inputType('UpdateTaskInput', {
  description: 'What to change of a task; what is absent stays.',
  extensions: { rule: taskChanges },
  fields: (t) => ({
    title: t.string({ description: 'A new title: 1 to 200 characters, never null.' }),
    description: t.string({ description: 'A new description: at most 1000 characters; null clears it.' }),
    status: t.field({ type: TaskStatusType, description: 'Where it stands now; never null.' }),
  }),
});

const whichTask = { required: true, description: 'Which task.', extensions: { jsonSchema: taskIdSchema } } as const;

const unlessChanged = {
  description: 'Only if this is still its version; else `PRECONDITION_FAILED`.',
  extensions: { rest: 'if-match' },
} as const;

builder.queryField('task', (t) =>
  t.field({
    description: 'Answers one of one’s own tasks.',
    type: TaskType,
    nullable: true,
    args: { id: t.arg.id(whichTask) },
    resolve: (_root, args, context) => context.services.tasks.get(viewerOf(context), args.id),
  }),
);
builder.mutationFields((t) => ({
  createTask: t.field({
    description: 'Makes a task of one’s own.',
    type: TaskType,
    nullable: true,
    args: { input: t.arg({ type: CreateTaskInput, required: true, description: 'The task.' }) },
    resolve: (_root, { input }, context) => context.services.tasks.create(viewerOf(context), idempotencyKeyOf(context), input),
  }),
  updateTask: t.prismaField({
    description: 'Changes a task of one’s own.',
    type: TaskType,
    nullable: true,
    args: {
      id: t.arg.id(whichTask),
      input: t.arg({ type: UpdateTaskInput, required: true, description: 'The changes.' }),
      ifVersion: t.arg.int(unlessChanged),
    },
    resolve: (query, _root, { input, ...which }, context) =>
      context.services.tasks.update(viewerOf(context), idempotencyKeyOf(context), which, input, query),
  }),
  deleteTask: t.id({
    description: 'Deletes a task of one’s own. Answers the id that is gone.',
    nullable: true,
    args: { id: t.arg.id(whichTask), ifVersion: t.arg.int(unlessChanged) },
    resolve: (_root, which, context) => context.services.tasks.remove(viewerOf(context), idempotencyKeyOf(context), which),
  }),
  toggleTask: t.field({
    description: 'Turns a pending task into a completed one, and back.',
    type: TaskType,
    nullable: true,
    args: { id: t.arg.id(whichTask), ifVersion: t.arg.int(unlessChanged) },
    resolve: (_root, which, context) => context.services.tasks.toggle(viewerOf(context), idempotencyKeyOf(context), which),
  }),
}));
