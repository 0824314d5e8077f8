import type { Viewer } from '../../core/viewer.js';
import type { Database } from '../../db/database.js';
import { createCredentialCache } from './credential-cache.js';
import { findLiveSessions, type LiveSession } from './store.js';

/** Tells which sessions are live. */
export interface SessionCache {
  /** Whether a session is live and belongs to the user of the token; without a promise when the cache can tell. */
  isLive(viewer: Viewer): Promise<boolean> | boolean;
  /** Records sessions as ended, so that this process refuses them at once. */
  markEnded(sessionIds: readonly string[]): void;
}

type SessionDatabase = Pick<Database, 'query' | 'notifications'>;

/** Creates a cache over the table `sessions`. @param recordUse records that a live session is used. */
export function createSessionCache(db: SessionDatabase, recordUse: (sessionId: string) => void = () => {}): SessionCache {
  const { find, markEnded } = createCredentialCache((ids) => findLiveSessions(db, ids), {
    notifications: db.notifications,
    channel: 'tandem_sessions',
  });
  const judge = ({ userId, sessionId }: Viewer, session: LiveSession | null): boolean => {
    if (session?.userId !== userId || session.endsAt <= performance.now()) return false;
    recordUse(sessionId);
    return true;
  };
  return {
    isLive: (viewer) => {
      const session = find(viewer.sessionId);
      return session instanceof Promise ? session.then((row) => judge(viewer, row)) : judge(viewer, session);
    },
    markEnded,
  };
}
