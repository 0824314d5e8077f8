import { builder } from '../schema/builder.js';
import { idempotencyKeyOf, viewerOf } from '../schema/context.js';
import { farewell, profileChanges } from './service.js';

/** A person with an account. */
export const UserType = builder.prismaObject('User', {
  description: 'A person with an account.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Identifies the person, for good.' }),
    email: t.exposeString('email', { description: 'The address they sign in with, in lower case.' }),
    name: t.exposeString('name', { nullable: true, description: 'What they want to be called.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When they signed up.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When their profile last changed.' }),
  }),
});

const UpdateMeInput = builder.inputType('UpdateMeInput', {
  description: 'What to change of one’s own account; what is absent stays.',
  extensions: { rule: profileChanges },
  fields: (t) => ({
    name: t.string({ description: 'A new name: 1 to 255 characters.' }),
    email: t.string({ description: 'A new email; needs `currentPassword`.' }),
    currentPassword: t.string({ description: 'The password of today.' }),
    newPassword: t.string({
      description: 'A new password: 8 to 128 characters, no common one; needs `currentPassword` and ends all other sessions.',
    }),
  }),
});
const DeleteMeInput = builder.inputType('DeleteMeInput', {
  description: 'The proof that it is really you.',
  extensions: { rule: farewell },
  fields: (t) => ({ password: t.string({ required: true, description: 'The password of today.' }) }),
});

builder.queryField('me', (t) =>
  t.field({
    description: 'Answers who is signed in.',
    type: UserType,
    nullable: true,
    resolve: (_root, _args, context) => context.services.users.me(viewerOf(context)),
  }),
);
builder.mutationFields((t) => ({
  updateMe: t.field({
    description: 'Changes one’s own name, email or password.',
    extensions: { errors: ['INVALID_CREDENTIALS', 'CONFLICT'] },
    type: UserType,
    nullable: true,
    args: { input: t.arg({ type: UpdateMeInput, required: true, description: 'The changes.' }) },
    resolve: (_root, { input }, context) =>
      context.services.users.update(viewerOf(context), context.caller, idempotencyKeyOf(context), input),
  }),
  deleteMe: t.boolean({
    description: 'Deletes one’s own account with all its tasks. Answers true.',
    extensions: { errors: ['INVALID_CREDENTIALS'] },
    nullable: true,
    args: { input: t.arg({ type: DeleteMeInput, required: true, description: 'The password.' }) },
    resolve: async (_root, { input }, context) => {
      await context.services.users.remove(viewerOf(context), context.caller, idempotencyKeyOf(context), input);
      return true;
    },
  }),
}));
