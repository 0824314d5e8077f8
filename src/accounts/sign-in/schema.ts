import { builder } from '../../schema/builder.js';
import { publicWrite, signedInWrite } from '../../schema/context.js';
import type { TokenExtension } from '../../schema/token-fields.js';
import { loginInput, refreshInput, signupInput } from '../rules.js';
import { UserType } from '../users/schema.js';
import type { AuthPayload } from './payload.js';

const AuthPayloadType = builder.objectRef<AuthPayload>('AuthPayload').implement({
  extensions: { hasTokens: true } satisfies TokenExtension,
  description: 'A session: send the access token as `Authorization: Bearer …`.',
  fields: (t) => ({
    accessToken: t.exposeString('accessToken', {
      description: 'Identifies the caller; send it with every request as `Authorization: Bearer …`.',
    }),
    tokenType: t.exposeString('tokenType', { description: 'Always `Bearer`.', extensions: { jsonSchema: { const: 'Bearer' } } }),
    expiresIn: t.exposeInt('expiresIn', { description: 'Lifetime of the access token, in seconds.' }),
    refreshToken: t.exposeString('refreshToken', {
      description: 'Valid for a single `refresh`, which returns the next one.',
    }),
    user: t.field({ type: UserType, description: 'The signed-in user.', resolve: (payload) => payload.user }),
  }),
});

const SignupInput = builder.inputType('SignupInput', {
  description: 'A new account.',
  extensions: { rule: signupInput },
  fields: (t) => ({
    email: t.string({
      required: true,
      description: 'A valid email, at most 255 characters. Case and surrounding whitespace are ignored.',
    }),
    password: t.string({ required: true, description: '8–128 characters and not a common password.' }),
    name: t.string({ required: true, description: 'Display name, 1–255 characters.' }),
  }),
});
const LoginInput = builder.inputType('LoginInput', {
  description: 'The email and password of an account.',
  extensions: { rule: loginInput },
  fields: (t) => ({
    email: t.string({ required: true, description: 'The email of the account.' }),
    password: t.string({ required: true, description: 'The password of the account.' }),
  }),
});
const RefreshInput = builder.inputType('RefreshInput', {
  description: 'An unused refresh token.',
  extensions: { rule: refreshInput },
  fields: (t) => ({
    refreshToken: t.string({ required: true, description: 'The most recent refresh token of this session.' }),
  }),
});

builder.mutationFields((t) => ({
  signup: t.field({
    description: 'Creates an account and signs in.',
    extensions: { errors: ['CONFLICT'] },
    type: AuthPayloadType,
    nullable: true,
    public: true,
    args: { input: t.arg({ type: SignupInput, required: true, description: 'The account.' }) },
    resolve: (_root, { input }, context) => context.services.auth.signup(publicWrite(context), input),
  }),
  login: t.field({
    description: 'Signs in.',
    extensions: { errors: ['INVALID_CREDENTIALS'] },
    type: AuthPayloadType,
    nullable: true,
    public: true,
    args: { input: t.arg({ type: LoginInput, required: true, description: 'Email and password.' }) },
    resolve: (_root, { input }, context) => context.services.auth.login(publicWrite(context), input),
  }),
  refresh: t.field({
    description:
      'Exchanges a refresh token for a new token pair. Reusing a token more than 10 seconds after its first use ends the session.',
    extensions: { errors: ['UNAUTHENTICATED'] },
    type: AuthPayloadType,
    nullable: true,
    public: true,
    args: { input: t.arg({ type: RefreshInput, required: true, description: 'The refresh token.' }) },
    resolve: (_root, { input }, context) => context.services.auth.refresh(publicWrite(context), input),
  }),
  logout: t.boolean({
    description: 'Ends this session: its tokens stop working at once. Returns true.',
    nullable: true,
    resolve: async (_root, _args, context) => {
      await context.services.auth.logout(signedInWrite(context));
      return true;
    },
  }),
}));
