import { z } from 'zod';
import type { Caller, Credentials } from '../auth/credentials.js';
import { hashPassword } from '../auth/passwords.js';
import { givenPassword, newPassword } from '../auth/rules.js';
import type { Sessions } from '../auth/sessions.js';
import { AppError, fieldError } from '../core/errors.js';
import { validate } from '../core/validate.js';
import type { Viewer } from '../core/viewer.js';
import { loaderForEach } from '../core/viewer-loader.js';
import type { Database } from '../db/client.js';
import { isMissingRow, isUniqueViolation } from '../db/faults.js';
import type { User } from '../generated/prisma/client.js';
import { email, name } from './rules.js';

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
  update(viewer: Viewer, caller: Caller, input: unknown): Promise<User>;
  /** Ends the account with its tasks and sessions. */
  remove(viewer: Viewer, caller: Caller, input: unknown): Promise<void>;
}

interface Parts {
  readonly db: Database;
  readonly credentials: Credentials;
  readonly sessions: Sessions;
}

export function createUserService({ db, credentials, sessions }: Parts): UserService {
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
    update: async (viewer, caller, input) => {
      const changes = validate(profileChanges, input);
      const sensitive = changes.email !== undefined || changes.newPassword !== undefined;
      if (sensitive && changes.currentPassword === undefined) {
        throw fieldError('VALIDATION_ERROR', [
          { field: 'currentPassword', error: 'Current password is needed to change email or password' },
        ]);
      }
      if (sensitive) await prove(viewer, caller, changes.currentPassword as string);
      if (changes.name === undefined && !sensitive) return owner(viewer, viewer.userId);
      const passwordHash = changes.newPassword === undefined ? undefined : await hashPassword(changes.newPassword);
      const user = await save(viewer, { name: changes.name, email: changes.email }, passwordHash);
      if (passwordHash) await sessions.endOthers(viewer);
      return user;
    },
    remove: async (viewer, caller, input) => {
      const { password } = validate(farewell, input);
      await prove(viewer, caller, password);
      const gone = await db.prisma.session.findMany({ where: { userId: viewer.userId }, select: { id: true } });
      await db.query('DELETE FROM users WHERE id = $1', [viewer.userId]);
      sessions.forget([viewer.sessionId, ...gone.map((session) => session.id)]);
    },
  };

  async function save(
    viewer: Viewer,
    changes: { name?: string | undefined; email?: string | undefined },
    passwordHash: string | undefined,
  ): Promise<User> {
    const credential = passwordHash === undefined ? undefined : { update: { passwordHash } };
    try {
      return await db.prisma.user.update({ where: { id: viewer.userId }, data: { ...changes, credential } });
    } catch (error) {
      if (isUniqueViolation(error))
        throw new AppError('CONFLICT', { details: { field: 'email', error: 'Email has an account already' } });
      if (isMissingRow(error)) throw new AppError('UNAUTHENTICATED');
      throw error;
    }
  }
}
