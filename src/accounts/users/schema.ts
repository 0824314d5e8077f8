import { builder, type DocumentExtensions, textComplexity } from '../../schema/builder.js';
import { signedIn, signedInWrite } from '../../schema/context.js';
import { exampleAccount, exampleUser } from '../examples.js';
import { maxNameLength } from '../rules.js';
import { maxEmailLength } from './email.js';
import { deleteMeInput, updateMeInput } from './rules.js';

/** A user as clients see it. */
export const UserType = builder.prismaObject('User', {
  description: 'A user with an account.',
  extensions: { example: exampleUser },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Permanent identifier of the user.' }),
    email: t.exposeString('email', {
      description: 'The email the user signs in with, in lower case.',
      complexity: textComplexity(maxEmailLength),
    }),
    name: t.exposeString('name', {
      nullable: true,
      description: 'Display name.',
      complexity: textComplexity(maxNameLength),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the account was created.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When the profile was last changed.' }),
  }),
});

const UpdateMeInput = builder.inputType('UpdateMeInput', {
  description: 'Changes to your account. Omitted fields are left unchanged.',
  // A new email or password would make the next login of Swagger UI's examples fail.
  extensions: { rule: updateMeInput, example: { name: 'Ada Lovelace' } },
  fields: (t) => ({
    name: t.string({ description: 'A new display name, 1–255 characters.' }),
    email: t.string({ description: 'A new email. Requires `currentPassword`.' }),
    currentPassword: t.string({ description: 'The current password.' }),
    newPassword: t.string({
      description:
        '8–128 characters; not a common password, the email or the name. Requires `currentPassword`; signs out all other sessions.',
    }),
  }),
});
const DeleteMeInput = builder.inputType('DeleteMeInput', {
  description: 'Confirms the deletion with the account’s password. An account without a password needs no confirmation.',
  extensions: { rule: deleteMeInput, example: { password: exampleAccount.password } },
  fields: (t) => ({ password: t.string({ description: 'The current password, if the account has one.' }) }),
});

builder.queryField('me', (t) =>
  t.field({
    description: 'Returns the signed-in user.',
    extensions: { optionalHeaders: ['X-CSRF-Token'] } satisfies DocumentExtensions,
    type: UserType,
    nullable: true,
    scope: 'account',
    resolve: (_root, _args, context) => {
      const { viewer } = signedIn(context);
      if ('sessionId' in viewer) context.cookies.sendCsrfToken(viewer.sessionId);
      return context.services.users.me(signedIn(context));
    },
  }),
);
builder.mutationFields((t) => ({
  updateMe: t.field({
    description: 'Changes your name, email or password.',
    extensions: { errors: ['INVALID_CREDENTIALS', 'CONFLICT'] },
    type: UserType,
    nullable: true,
    scope: 'account',
    args: { input: t.arg({ type: UpdateMeInput, required: true, description: 'The changes.' }) },
    resolve: (_root, { input }, context) => context.services.users.updateMe(signedInWrite(context), input),
  }),
  deleteMe: t.boolean({
    description: 'Deletes your account with all its tasks. Returns true.',
    extensions: { errors: ['INVALID_CREDENTIALS'], optionalHeaders: ['Set-Cookie'] } satisfies DocumentExtensions,
    nullable: true,
    args: { input: t.arg({ type: DeleteMeInput, description: 'The password, if the account has one.' }) },
    resolve: async (_root, { input }, context) => {
      await context.services.users.deleteMe(signedInWrite(context), input ?? {});
      context.cookies.clear();
      return true;
    },
  }),
}));
