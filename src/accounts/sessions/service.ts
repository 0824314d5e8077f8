import { AppError } from '../../core/errors.js';
import { requireSession } from '../../core/identity.js';
import { auditFields, type SignedInContext } from '../../core/request-context.js';
import type { Database } from '../../db/database.js';
import type { RunOnce } from '../../idempotency/run.js';
import type { Logger } from '../../log/log.js';
import type { Sessions } from './sessions.js';
import { listSessions, type SessionInfo } from './store.js';

/** Lists and ends the sessions of the viewer. */
export interface SessionService {
  list(context: SignedInContext): Promise<SessionInfo[]>;
  /** @returns the id. @throws AppError `NOT_FOUND` when the viewer has no such session. */
  revoke(context: SignedInContext, id: string): Promise<string>;
  /** @returns how many sessions were ended. */
  revokeOthers(context: SignedInContext): Promise<number>;
}

const sessionId = /^[0-9a-f]{32}$/;

interface Parts {
  readonly db: Database;
  readonly runOnce: RunOnce;
  readonly sessions: Sessions;
  readonly log: Logger;
}

/** Creates the service over the table `sessions`. */
export const createSessionService = ({ db, runOnce, sessions, log }: Parts): SessionService => ({
  list: async (context) => {
    const viewer = requireSession(context.viewer);
    return listSessions(db, viewer.userId, viewer.sessionId);
  },
  revoke: (context, id) => {
    const { userId } = requireSession(context.viewer);
    return runOnce(context, 'revokeSession', { id }, (commit) =>
      commit(async (queries) => {
        // PostgreSQL refuses some texts, such as one with NUL.
        const ended = sessionId.test(id) ? await sessions.revoke(queries, userId, id) : 0;
        if (ended === 0) throw new AppError('NOT_FOUND', { message: 'There is no such session.' });
        log.info(auditFields(context.client, { userId, sessionId: id }), 'session.revoked');
        return id;
      }),
    );
  },
  revokeOthers: (context) => {
    const viewer = requireSession(context.viewer);
    return runOnce(context, 'revokeOtherSessions', {}, (commit) =>
      commit(async (queries) => {
        const count = await sessions.revokeOthers(queries, viewer);
        log.info(auditFields(context.client, { userId: viewer.userId, count }), 'sessions.revoked');
        return count;
      }),
    );
  },
});
