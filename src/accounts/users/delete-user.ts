import type { Viewer } from '../../core/viewer.js';
import type { Database } from '../../db/database.js';
import type { Commit } from '../../idempotency/run.js';
import type { ApiTokenService } from '../api-tokens/service.js';
import type { IssuedUsers } from '../issuers/issued-users.js';
import type { SessionCache } from '../sessions/session-cache.js';
import type { RequireSamePassword } from './confirmation.js';
import { deleteUserRow, findCredentialKeys } from './store.js';

interface Parts {
  readonly db: Database;
  readonly sessionCache: Pick<SessionCache, 'markEnded'>;
  readonly apiTokens: Pick<ApiTokenService, 'markEnded'>;
  readonly issuedUsers: Pick<IssuedUsers, 'beforeDelete' | 'markDeleted'>;
}

/**
 * Deletes a user with all rows, and ends the sessions and personal API tokens at once.
 * @param commit runs a transaction.
 */
export async function deleteUser(
  { db, sessionCache, apiTokens, issuedUsers }: Parts,
  commit: Commit,
  viewer: Viewer,
  requireSamePassword: RequireSamePassword,
): Promise<void> {
  const { userId, sessionId } = viewer;
  const { sessions, digests } = await findCredentialKeys(db, userId);
  await commit(async (queries) => {
    await requireSamePassword(queries);
    await issuedUsers.beforeDelete(queries, userId);
    return deleteUserRow(queries, userId);
  });
  issuedUsers.markDeleted(userId);
  sessionCache.markEnded([sessionId, ...sessions]);
  apiTokens.markEnded(digests);
}
