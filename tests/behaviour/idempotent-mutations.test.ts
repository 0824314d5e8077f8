import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { issueToken } from '../../src/accounts/recovery/store.js';
import { schema } from '../../src/schema/root.js';
import { newApiToken } from '../support/api-tokens.js';
import { newPerson, type Person, password, sharedApp } from '../support/app.js';
import { claimsOf } from '../support/forge.js';
import { type Arguments, type Operation, restStyle, styles } from '../support/styles.js';

const app = await sharedApp();

/** How a mutation is called so that it succeeds and writes. */
interface MutationCase {
  /** @param user a new user. @param taskId a pending task of theirs. */
  arguments(user: Person, taskId: number): Arguments | Promise<Arguments>;
  /** The mutation ends the session of the caller, so that the second request has no valid token. */
  readonly endsSession?: true;
}

/** Signs a user in once more. @returns the id of the session. */
async function otherSession({ email, password }: Person): Promise<string> {
  const { value } = await restStyle.call(app.fetch, 'login', { input: { email, password } });
  return String(claimsOf((value as { access_token: string }).access_token).sid);
}

/** One case for each mutation of the schema. */
const cases: Readonly<Record<string, MutationCase>> = {
  signup: { arguments: () => ({ input: { email: `${randomUUID()}@example.com`, password, name: 'Eve' } }) },
  login: { arguments: ({ email }) => ({ input: { email, password } }) },
  refresh: { arguments: ({ refreshToken }) => ({ input: { refreshToken } }) },
  logout: { arguments: () => ({}), endsSession: true },
  updateMe: {
    arguments: () => ({ input: { name: 'New', currentPassword: password, newPassword: 'another horse battery' } }),
  },
  deleteMe: { arguments: () => ({ input: { password } }), endsSession: true },
  // The mail goes out apart from the request; an unknown email leaves the record of the request alone.
  forgotPassword: { arguments: () => ({ input: { email: 'nobody@example.com' } }) },
  resetPassword: {
    arguments: async ({ id }) => ({
      input: { token: await issueToken(app.db, { userId: id }, 'password-reset'), newPassword: 'another horse battery' },
    }),
  },
  confirmEmail: {
    arguments: async ({ id }) => ({
      input: { token: await issueToken(app.db, { userId: id }, 'email-change', `${randomUUID()}@example.com`) },
    }),
  },
  revokeSession: { arguments: async (user) => ({ id: await otherSession(user) }) },
  revokeOtherSessions: {
    arguments: async (user) => {
      await otherSession(user);
      return {};
    },
  },
  createApiToken: { arguments: () => ({ input: { name: 'Export', scopes: ['tasks:read'] } }) },
  revokeApiToken: { arguments: async (user) => ({ id: (await newApiToken(app, user)).id }) },
  createTask: { arguments: () => ({ input: { title: 'Created' } }) },
  updateTask: { arguments: (_, id) => ({ id, input: { title: 'Updated' } }) },
  deleteTask: { arguments: (_, id) => ({ id }) },
  toggleTask: { arguments: (_, id) => ({ id }) },
};

const mutations = Object.keys(schema.getMutationType()?.getFields() ?? {});

/** All rows of all tables. */
async function readDatabase(): Promise<unknown> {
  const tables = await app.db.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_name <> '_prisma_migrations'`,
    [],
  );
  const rows = tables.map(async ({ name }) => [
    name,
    await app.db.query(`SELECT to_jsonb(t)::text AS row FROM "${name}" AS t ORDER BY 1`, []),
  ]);
  return Object.fromEntries(await Promise.all(rows));
}

describe('the idempotency test', () => {
  it('has a case for every mutation of the schema, and no other case', () => {
    expect(Object.keys(cases).sort()).toEqual([...mutations].sort());
  });

  /** The second request comes through either API: they share the stored results. */
  const pairs = mutations.flatMap((mutation) =>
    styles.flatMap((first) =>
      styles.map((second) => ({ mutation, first, second, through: `${first.name}, then ${second.name}` })),
    ),
  );

  it.each(pairs)(
    'shows that $mutation sent twice with one Idempotency-Key writes once ($through)',
    async ({ mutation, first, second }) => {
      const mutationCase = cases[mutation];
      if (!mutationCase) throw new Error(`${mutation} has no case here that shows that it writes once`);
      const user = await newPerson(app);
      const task = await restStyle.call(app.fetch, 'createTask', { input: { title: 'Mine' } }, user.token);
      const own = await mutationCase.arguments(user, (task.value as { id: number }).id);
      const args = { ...own, idempotencyKey: randomUUID() };

      const before = await readDatabase();
      const written = await first.call(app.fetch, mutation as Operation, args, user.token);
      expect(written).not.toHaveProperty('code');
      const after = await readDatabase();
      expect(after).not.toEqual(before);

      const replayed = await second.call(app.fetch, mutation as Operation, args, user.token);
      if (mutationCase.endsSession) expect(replayed.code).toBe('UNAUTHENTICATED');
      else expect(replayed).not.toHaveProperty('code');
      expect(await readDatabase()).toEqual(after);
    },
  );
});
