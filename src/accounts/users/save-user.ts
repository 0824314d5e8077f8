import { requireSession, unauthenticated } from '../../core/identity.js';
import type { Principal } from '../../core/viewer.js';
import type { Queries } from '../../db/database.js';
import { isMissingRow, isUniqueViolation } from '../../db/faults.js';
import type { User } from '../../generated/prisma/client.js';
import type { IdempotencyStore } from '../../idempotency/store.js';
import { deleteTokens } from '../recovery/one-time-tokens.js';
import type { Sessions } from '../sessions/sessions.js';
import { emailTaken } from './email.js';

interface Parts {
  readonly sessions: Pick<Sessions, 'revokeOthers'>;
  readonly idempotency: Pick<IdempotencyStore, 'deletePublic'>;
}

interface Changes {
  readonly name?: string | undefined;
  readonly email?: string | undefined;
}

/** Saves changes of a user; a new password ends the other sessions. @throws AppError `CONFLICT`, `UNAUTHENTICATED` */
export async function saveUser(
  { sessions, idempotency }: Parts,
  queries: Queries,
  viewer: Principal,
  { name, email }: Changes,
  passwordHash: string | undefined,
): Promise<User> {
  const credential = passwordHash === undefined ? undefined : { update: { passwordHash } };
  const where = { id: viewer.userId };
  const updated: Promise<User | null> = queries.prisma.user.update({ where, data: { name, email, credential } });
  const user = await updated.catch((error) => {
    if (isUniqueViolation(error)) throw emailTaken();
    throw isMissingRow(error) ? unauthenticated('revoked') : error;
  });
  // Prisma 7.10 returns null, against its type, when the row is deleted between the statements of a nested update.
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
