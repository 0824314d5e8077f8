import { z } from 'zod';
import type { Caller, Credentials } from '../auth/credentials.js';
import { hashPassword } from '../auth/passwords.js';
import { givenPassword, newPassword } from '../auth/rules.js';
import type { Sessions } from '../auth/sessions.js';
import { AppError, fieldError } from '../core/errors.js';
import type { IdempotencyKey } from '../core/request-context.js';
import { validate } from '../core/validate.js';
import type { Viewer } from '../core/viewer.js';
import { loaderForEach } from '../core/viewer-loader.js';
import type { Database, Queries } from '../db/database.js';
import { isMissingRow, isUniqueViolation } from '../db/faults.js';
import type { Ledger } from '../db/ledger.js';
import type { User } from '../generated/prisma/client.js';
import { email, emailTaken, name } from './rules.js';

/** What a profile's update takes. */
export const profileChanges = z.object({
  name: name.optional(),
  email: email.optional(),
  currentPassword: givenPassword.optional(),
  newPassword: newPassword.optional(),
});
/** What deleting an account takes. */
export const farewell = z.object({ password: givenPassword });

/** What people can do with their own account. */
export interface UserService {
  me(viewer: Viewer): Promise<User>;
  /** The owner of one of the viewer's tasks: one statement for all that one request asks for at once. */
  owner(viewer: Viewer, userId: string): Promise<User>;
  /** A new email or password needs the current password; a new password ends the other sessions. */
  update(viewer: Viewer, caller: Caller, key: IdempotencyKey | undefined, input: unknown): Promise<User>;
  /** Ends the account with its tasks, sessions and idempotency keys. */
  remove(viewer: Viewer, caller: Caller, key: IdempotencyKey | undefined, input: unknown): Promise<void>;
}

interface Parts {
  readonly db: Database;
  readonly ledger: Ledger;
  readonly credentials: Credentials;
  readonly sessions: Sessions;
}

export function createUserService({ db, ledger, credentials, sessions }: Parts): UserService {
  const owners = loaderForEach<string, User>(() => async (ids) => {
    const users = await db.prisma.user.findMany({ where: { id: { in: [...new Set(ids)] } } });
    const byId = new Map(users.map((user) => [user.id, user]));
    return ids.map((id) => byId.get(id) ?? new AppError('UNAUTHENTICATED'));
  });

  async function prove(viewer: Viewer, caller: Caller, password: string): Promise<void> {
    const account = await credentials.find({ id: viewer.userId });
    if (!account) throw new AppError('UNAUTHENTICATED');
    await credentials.prove(caller, account.email, account, password);
  }

  const owner = (viewer: Viewer, userId: string) => owners(viewer).load(userId);

  return {
    me: (viewer) => owner(viewer, viewer.userId),
    owner,
    update: async (viewer, caller, key, input) => {
      const changes = validate(profileChanges, input);
      const sensitive = changes.email !== undefined || changes.newPassword !== undefined;
      if (sensitive && changes.currentPassword === undefined) {
        throw fieldError('VALIDATION_ERROR', [
          { field: 'currentPassword', error: 'Current password is needed to change email or password' },
        ]);
      }
      return ledger.once({ ...viewer, key, operation: 'updateMe', payload: changes }, async (commit) => {
        if (sensitive) await prove(viewer, caller, changes.currentPassword as string);
        if (changes.name === undefined && !sensitive) return owner(viewer, viewer.userId);
        const passwordHash = changes.newPassword === undefined ? undefined : await hashPassword(changes.newPassword);
        return commit(async (queries) => {
          const user = await save(queries, viewer, changes, passwordHash);
          if (passwordHash) await sessions.endOthers(queries, viewer);
          return user;
        });
      });
    },
    remove: async (viewer, caller, key, input) => {
      const given = validate(farewell, input);
      await ledger.once({ ...viewer, key, operation: 'deleteMe', payload: given }, async (commit) => {
        await prove(viewer, caller, given.password);
        const gone = await db.prisma.session.findMany({ where: { userId: viewer.userId }, select: { id: true } });
        await commit(({ query }) => query('DELETE FROM users WHERE id = $1', [viewer.userId]));
        sessions.forget([viewer.sessionId, ...gone.map((session) => session.id)]);
      });
    },
  };
}

async function save(
  { prisma }: Queries,
  viewer: Viewer,
  { name, email }: { name?: string | undefined; email?: string | undefined },
  passwordHash: string | undefined,
): Promise<User> {
  const credential = passwordHash === undefined ? undefined : { update: { passwordHash } };
  try {
    return await prisma.user.update({ where: { id: viewer.userId }, data: { name, email, credential } });
  } catch (error) {
    if (isUniqueViolation(error)) throw emailTaken();
    if (isMissingRow(error)) throw new AppError('UNAUTHENTICATED');
    throw error;
  }
}
