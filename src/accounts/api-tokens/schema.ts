import { type BuilderTypes, builder, type DocumentExtensions } from '../../schema/builder.js';
import { signedIn, signedInWrite } from '../../schema/context.js';
import { createSimpleListType, listOf } from '../../schema/simple-lists.js';
import type { TokenExtension } from '../../schema/token-fields.js';
import { apiTokenInput, defaultTtlDays, maxTtlDays } from './rules.js';
import { type Scope, scopes } from './scopes.js';
import type { CreatedApiToken } from './service.js';
import type { ApiToken } from './store.js';

const scopeDescriptions: Readonly<Record<Scope, string>> = {
  'tasks:read': 'Read your tasks.',
  'tasks:write': 'Create, update and delete your tasks. The response of a write contains the task.',
  account: 'Read your profile and change your name.',
};

/** `tasks:read` → `TASKS_READ`. */
const enumName = (scope: Scope): string => scope.toUpperCase().replace(':', '_');

const ApiTokenScopeType = builder.enumType('ApiTokenScope', {
  description: 'What a personal API token may do.',
  values: Object.fromEntries(
    scopes.map((scope) => [enumName(scope), { value: scope, description: scopeDescriptions[scope] }]),
  ) as Record<string, { value: Scope; description: string }>,
});

const example = {
  id: 'token_4f1d2c7a9b3e48d0a6c5f2e19b7d8034',
  name: 'Nightly export',
  prefix: 'tdm_1oXq0aZ7',
  scopes: ['tasks:read'],
  createdAt: '2025-12-14T10:00:00.000Z',
  lastUsedAt: '2025-12-15T02:00:00.000Z',
  expiresAt: '2026-03-14T10:00:00.000Z',
};
const exampleToken = 'tdm_1oXq0aZ7Zg3Nq1yT0bQm5Vd8Kc2RfH4sJw6Ux9EoPaL1wLyVb';

/** The fields of a token, for both types that have them. */
const tokenFields = <Shape extends ApiToken>(t: PothosSchemaTypes.ObjectFieldBuilder<BuilderTypes, Shape>) => ({
  id: t.id({ description: 'Identifier of the token.', resolve: ({ id }) => id }),
  name: t.string({ description: 'What the token is for.', resolve: ({ name }) => name }),
  prefix: t.string({ description: 'The first characters of the token.', resolve: ({ prefix }) => prefix }),
  scopes: t.field({ type: [ApiTokenScopeType], description: 'What the token may do.', resolve: ({ scopes }) => scopes }),
  createdAt: t.field({ type: 'DateTime', description: 'Time of creation.', resolve: ({ createdAt }) => createdAt }),
  lastUsedAt: t.field({
    type: 'DateTime',
    nullable: true,
    description: 'Time of the last use, to the minute; null before the first.',
    resolve: ({ lastUsedAt }) => lastUsedAt,
  }),
  expiresAt: t.field({ type: 'DateTime', description: 'When the token stops working.', resolve: ({ expiresAt }) => expiresAt }),
});

const ApiTokenType = builder.objectRef<ApiToken>('ApiToken').implement({
  description: 'A personal API token: lets a script act for you without signing in, within its scopes.',
  extensions: { example },
  fields: tokenFields,
});
const CreatedApiTokenType = builder.objectRef<CreatedApiToken>('CreatedApiToken').implement({
  description: 'A new personal API token, with the secret that no other response contains.',
  extensions: { hasTokens: true, example: { ...example, lastUsedAt: null, token: exampleToken } } satisfies TokenExtension &
    DocumentExtensions,
  fields: (t) => ({
    ...tokenFields(t),
    token: t.exposeString('token', {
      description: 'The token: send it as `Authorization: Bearer …`. Store it now; it is not shown again.',
    }),
  }),
});
const ApiTokenListType = createSimpleListType({ type: 'ApiToken', items: 'personal API tokens', example }, ApiTokenType);

const CreateApiTokenInput = builder.inputType('CreateApiTokenInput', {
  description: 'A new personal API token.',
  extensions: { rule: apiTokenInput, example: { name: example.name, scopes: example.scopes } },
  fields: (t) => ({
    name: t.string({ required: true, description: 'What the token is for, 1–100 characters.' }),
    scopes: t.field({ type: [ApiTokenScopeType], required: true, description: 'What the token may do; at least one.' }),
    expiresAt: t.field({
      type: 'DateTime',
      description: `When the token stops working, at most ${maxTtlDays} days from now. Defaults to ${defaultTtlDays} days from now.`,
    }),
  }),
});

builder.queryField('apiTokens', (t) =>
  t.field({
    description: 'Lists your personal API tokens, the newest first. Expired ones are listed for 30 days.',
    type: ApiTokenListType,
    nullable: true,
    resolve: async (_root, _args, context) => listOf(await context.services.apiTokens.list(signedIn(context))),
  }),
);
builder.mutationFields((t) => ({
  createApiToken: t.field({
    description: 'Creates a personal API token.',
    extensions: { errors: ['CONFLICT'] },
    type: CreatedApiTokenType,
    nullable: true,
    args: { input: t.arg({ type: CreateApiTokenInput, required: true, description: 'The token.' }) },
    resolve: (_root, { input }, context) => context.services.apiTokens.create(signedInWrite(context), input),
  }),
  revokeApiToken: t.id({
    description: 'Revokes one of your personal API tokens: it stops working at once. Returns its id.',
    nullable: true,
    args: {
      id: t.arg.id({
        required: true,
        description: 'Identifier of the token.',
        extensions: { example: example.id },
      }),
    },
    resolve: (_root, { id }, context) => context.services.apiTokens.revoke(signedInWrite(context), String(id)),
  }),
}));
