import { type GraphQLSchema, getNamedType, isLeafType, isObjectType } from 'graphql';
import { type Scope, scopes } from '../../src/accounts/api-tokens/scopes.js';
import { scopeOf } from '../../src/schema/public-fields.js';

/** Who may use a field: anyone, a user with a session, or also a personal API token with these scopes. */
type Access = 'anyone' | 'session' | readonly Scope[];

/** What is decided for one field of the schema, by hand. */
export interface Policy {
  readonly access: Access;
  /** The error for an object of another user; absent where no argument names an object. */
  readonly notOwner?: 'FORBIDDEN' | 'NOT_FOUND';
  /** What a request has to prove beside it, for the page. */
  readonly needs?: string;
}

const byAnyone = (needs?: string): Policy => ({ access: 'anyone', needs });
const bySession: Policy = { access: 'session' };
const byScope = (...access: Scope[]): Policy => ({ access });

/** By schema coordinate: every root field, and every field that leads from a row to other objects. */
export const policies: Readonly<Record<string, Policy>> = {
  'Query.health': byAnyone(),
  'Query.databaseHealth': byAnyone(),
  'Mutation.signup': byAnyone(),
  'Mutation.login': byAnyone('email and password'),
  'Mutation.refresh': byAnyone('refresh token'),
  'Mutation.forgotPassword': byAnyone(),
  'Mutation.resetPassword': byAnyone('mailed token'),
  'Mutation.confirmEmail': byAnyone('mailed token'),
  'Query.me': byScope('account'),
  'Mutation.updateMe': { ...byScope('account'), needs: 'for email and password: a session, and the current password' },
  'Mutation.deleteMe': { ...bySession, needs: 'the password, if the account has one' },
  'Mutation.logout': bySession,
  'Query.sessions': bySession,
  'Mutation.revokeSession': { ...bySession, notOwner: 'NOT_FOUND' },
  'Mutation.revokeOtherSessions': bySession,
  'Query.apiTokens': bySession,
  'Mutation.createApiToken': bySession,
  'Mutation.revokeApiToken': { ...bySession, notOwner: 'NOT_FOUND' },
  'Query.tasks': byScope('tasks:read'),
  'Query.tasksConnection': byScope('tasks:read'),
  'Query.task': { ...byScope('tasks:read'), notOwner: 'FORBIDDEN' },
  'Mutation.createTask': byScope('tasks:write'),
  'Mutation.updateTask': { ...byScope('tasks:write'), notOwner: 'FORBIDDEN' },
  'Mutation.deleteTask': { ...byScope('tasks:write'), notOwner: 'FORBIDDEN' },
  'Mutation.toggleTask': { ...byScope('tasks:write'), notOwner: 'FORBIDDEN' },
  'User.tasks': byScope('tasks:read'),
  'Task.owner': byScope('account'),
};

/** The policy of a field. @throws when it has none. */
export function policyOf(coordinate: string): Policy {
  const policy = policies[coordinate];
  if (!policy) throw new Error(`${coordinate} has no policy in scripts/authorization/policies.ts`);
  return policy;
}

/** The coordinates that need a policy: all root fields, and the fields of rows that lead to objects or name a scope. */
export function guardedCoordinates(schema: GraphQLSchema): string[] {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (!isObjectType(type) || type.name.startsWith('__')) return [];
    const isRow = type.extensions.pothosPrismaModel !== undefined;
    return Object.values(type.getFields())
      .filter((field) => roots.includes(type) || scopeOf(field) || (isRow && !isLeafType(getNamedType(field.type))))
      .map(({ name }) => `${type.name}.${name}`);
  });
}

/** The policy of a field that is reached through others: it takes what all of them take together. */
export function combine(path: readonly Policy[]): Policy {
  const [root] = path;
  if (!root) throw new Error('A path has at least one field.');
  const all = path.map(({ access }) => access);
  if (all.includes('session')) return { ...root, access: 'session' };
  const named = all.flatMap((access) => (typeof access === 'string' ? [] : access));
  return { ...root, access: named.length > 0 ? scopes.filter((scope) => named.includes(scope)) : 'anyone' };
}
