import { AppError } from '../../core/errors.js';
import { requireSession } from '../../core/identity.js';
import { auditFields, type SignedInContext } from '../../core/request-context.js';
import type { Database } from '../../db/database.js';
import type { Moment } from '../../db/moments.js';
import type { RunOnce } from '../../idempotency/run.js';
import type { Logger } from '../../log/log.js';
import type { Sessions } from './sessions.js';

/** A session as its user sees it. */
export interface SessionInfo {
  readonly id: string;
  readonly createdAt: Moment;
  /** Written at most once a minute. */
  readonly lastUsedAt: Moment;
  /** Of the sign-in; null when the client did not send it. */
  readonly userAgent: string | null;
  /** Whether the request that lists it belongs to it. */
  readonly current: boolean;
}

/** Lists and ends the sessions of the viewer. */
export interface SessionService {
  list(context: SignedInContext): Promise<SessionInfo[]>;
  /** @returns the id. @throws AppError `NOT_FOUND` when the viewer has no such session. */
  revoke(context: SignedInContext, id: string): Promise<string>;
  /** @returns how many sessions were ended. */
  revokeOthers(context: SignedInContext): Promise<number>;
}

/** Sessions in one list: those that were used last. */
export const maxListed = 100;
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

const listSessions = ({ query }: Database, userId: string, currentId: string): Promise<SessionInfo[]> =>
  query<SessionInfo>(
    `SELECT id, created_at AS "createdAt", last_used_at AS "lastUsedAt", user_agent AS "userAgent", id = $2 AS current
     FROM sessions WHERE user_id = $1 AND expires_at > now()
     ORDER BY id = $2 DESC, last_used_at DESC, id LIMIT ${maxListed}`,
    [userId, currentId],
  );
