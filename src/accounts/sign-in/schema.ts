import { builder, type DocumentExtensions, type RestExtension } from '../../schema/builder.js';
import { publicWrite, signedInWrite } from '../../schema/context.js';
import type { RefreshCookieExtension, TokenExtension } from '../../schema/token-fields.js';
import { exampleAccount, exampleLogin, exampleRefreshToken, exampleUser } from '../examples.js';
import type { SessionCookies } from '../sessions/cookies.js';
import { UserType } from '../users/schema.js';
import type { AuthPayload } from './payload.js';
import { loginInput, refreshInput, signupInput } from './rules.js';

/** What responses with the tokens in cookies have. */
const optionalHeaders = ['Set-Cookie', 'X-CSRF-Token'] as const;
const absentWhenNull = { rest: 'absent-when-null' } as const satisfies RestExtension;

const examplePayload = {
  accessToken: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEyMyJ9.c2lnbmF0dXJl',
  tokenType: 'Bearer',
  expiresIn: 604_800,
  refreshToken: exampleRefreshToken,
  user: exampleUser,
};

const AuthPayloadType = builder.objectRef<DeliveredPayload>('AuthPayload').implement({
  extensions: { hasTokens: true, example: examplePayload } satisfies TokenExtension & DocumentExtensions,
  description: 'A session: send the access token as `Authorization: Bearer …`.',
  fields: (t) => ({
    accessToken: t.exposeString('accessToken', {
      nullable: true,
      extensions: absentWhenNull,
      description:
        'Identifies the caller; send it with every request as `Authorization: Bearer …`. Not returned if the request has `X-Session: cookie`.',
    }),
    tokenType: t.exposeString('tokenType', { description: 'Always `Bearer`.', extensions: { jsonSchema: { const: 'Bearer' } } }),
    expiresIn: t.exposeInt('expiresIn', { description: 'Lifetime of the access token, in seconds from this response.' }),
    refreshToken: t.exposeString('refreshToken', {
      nullable: true,
      extensions: absentWhenNull,
      description:
        'Valid for a single `refresh`, which returns the next one. Not returned if the request has `X-Session: cookie`.',
    }),
    user: t.field({ type: UserType, description: 'The signed-in user.', resolve: (payload) => payload.user }),
  }),
});

const SignupInput = builder.inputType('SignupInput', {
  description: 'A new account.',
  extensions: { rule: signupInput, example: exampleAccount },
  fields: (t) => ({
    email: t.string({
      required: true,
      description: 'A valid email, at most 255 characters. Case and surrounding whitespace are ignored.',
    }),
    password: t.string({ required: true, description: '8–128 characters; not a common password, the email or the name.' }),
    name: t.string({ required: true, description: 'Display name, 1–255 characters.' }),
  }),
});
const LoginInput = builder.inputType('LoginInput', {
  description: 'The email and password of an account.',
  extensions: { rule: loginInput, example: exampleLogin },
  fields: (t) => ({
    email: t.string({ required: true, description: 'The email of the account.' }),
    password: t.string({ required: true, description: 'The password of the account.' }),
  }),
});
const RefreshInput = builder.inputType('RefreshInput', {
  description: 'An unused refresh token.',
  extensions: { rule: refreshInput, example: { refreshToken: exampleRefreshToken } },
  fields: (t) => ({
    refreshToken: t.string({
      description:
        'The most recent refresh token of this session. Not needed if the request has `X-Session: cookie` and the cookie.',
    }),
  }),
});

/** A sign-in as it is answered: the tokens are in the response or in cookies. */
interface DeliveredPayload extends Omit<AuthPayload, 'accessToken' | 'refreshToken'> {
  readonly accessToken: string | null;
  readonly refreshToken: string | null;
}

function deliver(cookies: SessionCookies, payload: AuthPayload): DeliveredPayload {
  if (!cookies.isWanted) return payload;
  cookies.set(payload);
  return { ...payload, accessToken: null, refreshToken: null };
}

builder.mutationFields((t) => ({
  signup: t.field({
    description: 'Creates an account and signs in.',
    extensions: { errors: ['CONFLICT'], optionalHeaders } satisfies DocumentExtensions,
    type: AuthPayloadType,
    nullable: true,
    public: true,
    args: { input: t.arg({ type: SignupInput, required: true, description: 'The account.' }) },
    resolve: async (_root, { input }, context) =>
      deliver(context.cookies, await context.services.auth.signup(publicWrite(context), input)),
  }),
  login: t.field({
    description: 'Signs in.',
    extensions: { errors: ['INVALID_CREDENTIALS'], optionalHeaders } satisfies DocumentExtensions,
    type: AuthPayloadType,
    nullable: true,
    public: true,
    args: { input: t.arg({ type: LoginInput, required: true, description: 'Email and password.' }) },
    resolve: async (_root, { input }, context) =>
      deliver(context.cookies, await context.services.auth.login(publicWrite(context), input)),
  }),
  refresh: t.field({
    description:
      'Exchanges a refresh token for a new token pair. Reusing a token more than 10 seconds after its first use ends the session.',
    extensions: { errors: ['UNAUTHENTICATED'], optionalHeaders, takesRefreshToken: true } satisfies RefreshCookieExtension &
      DocumentExtensions,
    type: AuthPayloadType,
    nullable: true,
    public: true,
    args: { input: t.arg({ type: RefreshInput, description: 'The refresh token, unless a cookie has it.' }) },
    resolve: async (_root, { input }, context) => {
      const refreshToken = input?.refreshToken ?? context.cookies.refreshToken;
      return deliver(context.cookies, await context.services.auth.refresh(publicWrite(context), { refreshToken }));
    },
  }),
  logout: t.boolean({
    description: 'Ends this session: its tokens stop working at once. Returns true.',
    extensions: { optionalHeaders: ['Set-Cookie'] } satisfies DocumentExtensions,
    nullable: true,
    resolve: async (_root, _args, context) => {
      await context.services.auth.logout(signedInWrite(context));
      context.cookies.clear();
      return true;
    },
  }),
}));
