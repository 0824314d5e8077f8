import { builder } from '../../schema/builder.js';
import { publicWrite } from '../../schema/context.js';
import { exampleAccount } from '../examples.js';
import { confirmEmailInput, forgotPasswordInput, resetPasswordInput } from './rules.js';

const exampleToken = 'dGhpcy10b2tlbi1jb21lcy1ieS1tYWlsLW9ubHktb25jZQ';

const ForgotPasswordInput = builder.inputType('ForgotPasswordInput', {
  description: 'The email of the account whose password is lost.',
  extensions: { rule: forgotPasswordInput, example: { email: exampleAccount.email } },
  fields: (t) => ({ email: t.string({ required: true, description: 'The email of the account.' }) }),
});
const ResetPasswordInput = builder.inputType('ResetPasswordInput', {
  description: 'A new password, and the token that was mailed.',
  extensions: { rule: resetPasswordInput, example: { token: exampleToken, newPassword: exampleAccount.password } },
  fields: (t) => ({
    token: t.string({ required: true, description: 'The token from the mail: valid once, for 30 minutes.' }),
    newPassword: t.string({ required: true, description: '8–128 characters; not a common password, the email or the name.' }),
  }),
});
const ConfirmEmailInput = builder.inputType('ConfirmEmailInput', {
  description: 'The token that was mailed to the new email.',
  extensions: { rule: confirmEmailInput, example: { token: exampleToken } },
  fields: (t) => ({
    token: t.string({ required: true, description: 'The token from the mail: valid once, for 30 minutes.' }),
  }),
});

builder.mutationFields((t) => ({
  forgotPassword: t.boolean({
    description:
      'Mails a token for a new password if the email has an account. The response never says whether it has. Returns true.',
    nullable: true,
    public: true,
    args: { input: t.arg({ type: ForgotPasswordInput, required: true, description: 'The email.' }) },
    resolve: async (_root, { input }, context) => {
      await context.services.recovery.forgotPassword(publicWrite(context), input);
      return true;
    },
  }),
  resetPassword: t.boolean({
    description:
      'Sets a new password with a token that was mailed. Ends all sessions and personal API tokens of the account. Returns true.',
    extensions: { errors: ['INVALID_CREDENTIALS'] },
    nullable: true,
    public: true,
    args: { input: t.arg({ type: ResetPasswordInput, required: true, description: 'The token and the new password.' }) },
    resolve: async (_root, { input }, context) => {
      await context.services.recovery.resetPassword(publicWrite(context), input);
      return true;
    },
  }),
  confirmEmail: t.boolean({
    description: 'Confirms a new email with a token that was mailed to it. Returns true.',
    extensions: { errors: ['INVALID_CREDENTIALS', 'CONFLICT'] },
    nullable: true,
    public: true,
    args: { input: t.arg({ type: ConfirmEmailInput, required: true, description: 'The token.' }) },
    resolve: async (_root, { input }, context) => {
      await context.services.emailChanges.confirm(publicWrite(context), input);
      return true;
    },
  }),
}));
