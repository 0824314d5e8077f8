import { builder } from '../schema/builder.js';
import { signedIn, signedInWrite } from '../schema/context.js';
import './list-schema.js';
import { taskTable } from './columns.js';
import { newTask, taskChanges } from './rules.js';
import { TaskStatusType, TaskType, taskIdSchema } from './task-schema.js';

const CreateTaskInput = builder.inputType('CreateTaskInput', {
  description: 'A new task.',
  extensions: { rule: newTask, example: taskTable.example },
  fields: (t) => ({
    title: t.string({
      required: true,
      description: 'Title, 1 to 200 characters. Leading and trailing whitespace is removed.',
    }),
    description: t.string({ description: 'Details, at most 1000 characters, or null.' }),
  }),
});
const UpdateTaskInput = builder.inputType('UpdateTaskInput', {
  description: 'Fields to update. Omitted fields are left unchanged.',
  extensions: { rule: taskChanges, example: { title: 'Buy more groceries', description: null, status: 'Completed' } },
  fields: (t) => ({
    title: t.string({ description: 'New title, 1 to 200 characters, not null.' }),
    description: t.string({ description: 'New details, at most 1000 characters; null clears them.' }),
    status: t.field({ type: TaskStatusType, description: 'New status, not null.' }),
  }),
});

const idArg = {
  required: true,
  description: 'Identifier of the task.',
  extensions: { jsonSchema: taskIdSchema, example: taskTable.example.id },
} as const;

const ifVersionArg = {
  description: 'Apply only if the task still has this version; otherwise fail with `PRECONDITION_FAILED`.',
  extensions: { rest: 'if-match', ifNoneMatch: 'unlessVersion' },
} as const;

builder.queryField('task', (t) =>
  t.field({
    description: 'Returns one of your tasks.',
    type: TaskType,
    nullable: true,
    scope: 'tasks:read',
    args: { id: t.arg.id(idArg) },
    resolve: (_root, { id }, context) => context.services.tasks.get(signedIn(context), id),
  }),
);
builder.mutationFields((t) => ({
  createTask: t.field({
    description: 'Creates a task.',
    type: TaskType,
    nullable: true,
    scope: 'tasks:write',
    args: { input: t.arg({ type: CreateTaskInput, required: true, description: 'The task.' }) },
    resolve: (_root, { input }, context) => context.services.tasks.create(signedInWrite(context), input),
  }),
  updateTask: t.prismaField({
    description: 'Updates one of your tasks.',
    type: TaskType,
    nullable: true,
    scope: 'tasks:write',
    args: {
      id: t.arg.id(idArg),
      input: t.arg({ type: UpdateTaskInput, required: true, description: 'The changes.' }),
      ifVersion: t.arg.int(ifVersionArg),
    },
    resolve: (selection, _root, { input, ...ref }, context) =>
      context.services.tasks.update(signedInWrite(context), ref, input, selection),
  }),
  deleteTask: t.id({
    description: 'Deletes one of your tasks. Returns its id.',
    nullable: true,
    scope: 'tasks:write',
    args: { id: t.arg.id(idArg), ifVersion: t.arg.int(ifVersionArg) },
    resolve: (_root, ref, context) => context.services.tasks.remove(signedInWrite(context), ref),
  }),
  toggleTask: t.field({
    description: 'Toggles a task between pending and completed.',
    type: TaskType,
    nullable: true,
    scope: 'tasks:write',
    args: { id: t.arg.id(idArg), ifVersion: t.arg.int(ifVersionArg) },
    resolve: (_root, ref, context) => context.services.tasks.toggle(signedInWrite(context), ref),
  }),
}));
