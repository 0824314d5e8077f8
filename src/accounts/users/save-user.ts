import { requireSession, unauthenticated } from '../../core/identity.js';
import type { Principal } from '../../core/viewer.js';
import type { Queries } from '../../db/database.js';
import type { User } from '../../generated/prisma/client.js';
import type { IdempotencyStore } from '../../idempotency/store.js';
import { deleteTokens } from '../recovery/store.js';
import type { Sessions } from '../sessions/sessions.js';
import { type UserChanges, updateUser } from './store.js';

interface Parts {
  readonly sessions: Pick<Sessions, 'revokeOthers'>;
  readonly idempotency: Pick<IdempotencyStore, 'deletePublic'>;
}

/** Saves changes of a user; a new password ends the other sessions. @throws AppError `CONFLICT`, `UNAUTHENTICATED` */
export async function saveUser(
  { sessions, idempotency }: Parts,
  queries: Queries,
  viewer: Principal,
  { name, email }: Omit<UserChanges, 'passwordHash'>,
  passwordHash: string | undefined,
): Promise<User> {
  const user = await updateUser(queries, viewer.userId, { name, email, passwordHash });
  if (!user) throw unauthenticated('revoked');
  if (email !== undefined || passwordHash !== undefined) {
    // A repeated sign-in must not hand out tokens for credentials that no longer work.
    await idempotency.deletePublic(queries, viewer.userId);
    // Whoever knew the password may have asked for a change of the email; whoever reads the old mailbox may have a reset.
    await deleteTokens(queries, viewer.userId);
  }
  if (passwordHash !== undefined) await sessions.revokeOthers(queries, requireSession(viewer));
  return user;
}
