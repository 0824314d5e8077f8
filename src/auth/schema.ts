import { builder } from '../schema/builder.js';
import { idempotencyKeyOf, viewerOf } from '../schema/context.js';
import type { TokenExtension } from '../schema/token-fields.js';
import { UserType } from '../users/schema.js';
import { loginInput, refreshInput, signupInput } from './rules.js';
import type { AuthPayload } from './service.js';

const AuthPayloadType = builder.objectRef<AuthPayload>('AuthPayload').implement({
  extensions: { hasTokens: true } satisfies TokenExtension,
  description: 'A session: send the access token as `Authorization: Bearer …`.',
  fields: (t) => ({
    accessToken: t.exposeString('accessToken', { description: 'Says who asks, in every request.' }),
    tokenType: t.exposeString('tokenType', { description: 'Always `Bearer`.', extensions: { jsonSchema: { const: 'Bearer' } } }),
    expiresIn: t.exposeInt('expiresIn', { description: 'Life of the access token, in seconds.' }),
    refreshToken: t.exposeString('refreshToken', { description: 'Good for one `refresh`, which answers the next one.' }),
    user: t.field({ type: UserType, description: 'Who signed in.', resolve: (payload) => payload.user }),
  }),
});

const SignupInput = builder.inputType('SignupInput', {
  description: 'A new account.',
  extensions: { rule: signupInput },
  fields: (t) => ({
    email: t.string({ required: true, description: 'A valid address of at most 255 characters; case does not matter.' }),
    password: t.string({ required: true, description: '8 to 128 characters, and not a common password.' }),
    name: t.string({ required: true, description: 'What to be called: 1 to 255 characters.' }),
  }),
});
const LoginInput = builder.inputType('LoginInput', {
  description: 'An account and its password.',
  extensions: { rule: loginInput },
  fields: (t) => ({
    email: t.string({ required: true, description: 'The address of the account.' }),
    password: t.string({ required: true, description: 'Its password.' }),
  }),
});
const RefreshInput = builder.inputType('RefreshInput', {
  description: 'A refresh token that was not used yet.',
  extensions: { rule: refreshInput },
  fields: (t) => ({ refreshToken: t.string({ required: true, description: 'The last one that this session got.' }) }),
});

builder.mutationFields((t) => ({
  signup: t.field({
    description: 'Opens an account and signs in.',
    extensions: { errors: ['CONFLICT'] },
    type: AuthPayloadType,
    nullable: true,
    public: true,
    args: { input: t.arg({ type: SignupInput, required: true, description: 'The account.' }) },
    resolve: (_root, { input }, context) => context.services.auth.signup(context.caller, idempotencyKeyOf(context), input),
  }),
  login: t.field({
    description: 'Signs in.',
    extensions: { errors: ['INVALID_CREDENTIALS'] },
    type: AuthPayloadType,
    nullable: true,
    public: true,
    args: { input: t.arg({ type: LoginInput, required: true, description: 'Email and password.' }) },
    resolve: (_root, { input }, context) => context.services.auth.login(context.caller, idempotencyKeyOf(context), input),
  }),
  refresh: t.field({
    description: 'Exchanges a refresh token for a new pair of tokens. A used one ends the session.',
    extensions: { errors: ['UNAUTHENTICATED'] },
    type: AuthPayloadType,
    nullable: true,
    public: true,
    args: { input: t.arg({ type: RefreshInput, required: true, description: 'The refresh token.' }) },
    resolve: (_root, { input }, context) => context.services.auth.refresh(idempotencyKeyOf(context), input),
  }),
  logout: t.boolean({
    description: 'Ends this session: its tokens stop working at once. Answers true.',
    nullable: true,
    resolve: async (_root, _args, context) => {
      await context.services.auth.logout(viewerOf(context), idempotencyKeyOf(context));
      return true;
    },
  }),
}));
