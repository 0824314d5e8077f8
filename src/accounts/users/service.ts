import DataLoader from 'dataloader';
import { requireSession, unauthenticated } from '../../core/identity.js';
import { auditFields, perRequest, type SignedInContext } from '../../core/request-context.js';
import { validate } from '../../core/validate.js';
import type { Database } from '../../db/database.js';
import type { User } from '../../generated/prisma/client.js';
import type { Commit, RunOnce } from '../../idempotency/run.js';
import type { IdempotencyStore } from '../../idempotency/store.js';
import type { Logger } from '../../log/log.js';
import type { ApiTokenService } from '../api-tokens/service.js';
import type { IssuedUsers } from '../issuers/issued-users.js';
import type { Credentials } from '../passwords/credentials.js';
import { hashPassword } from '../passwords/passwords.js';
import type { EmailChangeService } from '../recovery/email-change.js';
import type { SessionCache } from '../sessions/session-cache.js';
import type { Sessions } from '../sessions/sessions.js';
import { verifyChange, verifyDeletion } from './confirmation.js';
import { deleteUser } from './delete-user.js';
import { deleteMeInput, type UpdateMe, updateMeInput } from './rules.js';
import { saveUser } from './save-user.js';
import { findUsers } from './store.js';

/** Reads and changes the viewer's account. */
export interface UserService {
  /** @returns the viewer. @throws AppError `UNAUTHENTICATED` when the user has been deleted. */
  me(context: SignedInContext): Promise<User>;
  /**
   * The owner of one of the viewer's tasks: one statement for all that a request loads at once.
   * @throws AppError `UNAUTHENTICATED` when the user has been deleted.
   */
  owner(context: SignedInContext, userId: string): Promise<User>;
  /**
   * A new email or password needs the current password; a new password ends the other sessions. When mail leaves this process, a
   * new email counts once it is confirmed. An account without a password, whose person another issuer signs in, gets its first one
   * by a password reset.
   * @throws AppError `CONFLICT` when the email has an account; `FORBIDDEN` for a new email or password by a personal API token;
   * `INVALID_CREDENTIALS`, `RATE_LIMITED` and `VALIDATION_ERROR` as `verifyChange`; `UNAUTHENTICATED` when the user has been deleted;
   * as `RunOnce`.
   */
  updateMe(context: SignedInContext, input: unknown): Promise<User>;
  /**
   * Deletes the account with its tasks, sessions and idempotency records. It needs the password if the account has one; tokens of
   * other issuers that were issued before are refused from then on.
   * @throws AppError `FORBIDDEN` for a personal API token; `INVALID_CREDENTIALS`, `RATE_LIMITED` and `VALIDATION_ERROR` as
   * `verifyDeletion`; `UNAUTHENTICATED` when the user has been deleted; as `RunOnce`.
   */
  deleteMe(context: SignedInContext, input: unknown): Promise<void>;
}

interface Parts {
  readonly db: Database;
  readonly runOnce: RunOnce;
  readonly idempotency: Pick<IdempotencyStore, 'deletePublic'>;
  readonly credentials: Credentials;
  readonly sessions: Sessions;
  readonly sessionCache: SessionCache;
  readonly log: Logger;
  readonly apiTokens: Pick<ApiTokenService, 'markEnded'>;
  readonly emailChanges: Pick<EmailChangeService, 'isConfirmed' | 'consume' | 'request'>;
  readonly issuedUsers: Pick<IssuedUsers, 'beforeDelete' | 'markDeleted'>;
}

/** Creates the service of the viewer's account. */
export function createUserService(parts: Parts): UserService {
  const { db, runOnce, emailChanges, log } = parts;
  const findEach = async (ids: readonly string[]) => (await findUsers(db, ids)).map((user) => user ?? unauthenticated('revoked'));
  // Without a cache: later fields of a mutation see what the earlier ones wrote.
  const owners = perRequest(() => new DataLoader<string, User>(findEach, { cache: false }));
  const owner = (context: SignedInContext, userId: string) => owners(context).load(userId);
  const me = (context: SignedInContext) => owner(context, context.viewer.userId);

  return {
    me,
    owner,
    updateMe: async (context, input) => {
      const payload = validate(updateMeInput, input);
      const changes = payload.email === undefined ? payload : withoutSameEmail(payload, await me(context));
      const isSensitive = changes.email !== undefined || changes.newPassword !== undefined;
      if (isSensitive) requireSession(context.viewer);
      const work = async (commit: Commit) => {
        const requireSamePassword = isSensitive ? await verifyChange(parts.credentials, context, changes) : undefined;
        if (changes.email !== undefined) await emailChanges.consume(context.viewer.userId, changes.email);
        if (changes.name === undefined && !isSensitive) return me(context);
        const passwordHash = changes.newPassword === undefined ? undefined : await hashPassword(changes.newPassword);
        let mail = () => {};
        const user = await commit(async (queries) => {
          await requireSamePassword?.(queries);
          if (changes.email === undefined || !emailChanges.isConfirmed)
            return saveUser(parts, queries, context.viewer, changes, passwordHash);
          const saved = await saveUser(parts, queries, context.viewer, { name: changes.name }, passwordHash);
          // Last: a new password deletes the tokens that were mailed before.
          mail = await emailChanges.request(queries, context.viewer.userId, changes.email);
          return saved;
        });
        mail();
        if (isSensitive) log.info(auditFields(context.client, { userId: user.id, ...kindsOf(changes) }), 'account.changed');
        return user;
      };
      // A password changes together with the end of the other sessions.
      const holdsPassword = payload.currentPassword !== undefined || payload.newPassword !== undefined;
      return runOnce(context, 'updateMe', payload, work, { isAtomic: isSensitive, holdsPassword });
    },
    deleteMe: async (context, input) => {
      const payload = validate(deleteMeInput, input);
      const viewer = requireSession(context.viewer);
      const work = async (commit: Commit) => {
        const requireSamePassword = await verifyDeletion(parts.credentials, context, payload.password);
        await deleteUser(parts, commit, viewer, requireSamePassword);
        log.info(auditFields(context.client, { userId: viewer.userId, sessionId: viewer.sessionId }), 'account.deleted');
      };
      await runOnce(context, 'deleteMe', payload, work, { isAtomic: true, holdsPassword: true });
    },
  };
}

/** A client that sends the whole user back has not changed the email. */
const withoutSameEmail = (changes: UpdateMe, { email }: User): UpdateMe =>
  email === changes.email ? { ...changes, email: undefined } : changes;

/** What changes, without the values. */
const kindsOf = ({ email, newPassword }: UpdateMe) => ({
  email: email !== undefined,
  password: newPassword !== undefined,
});
