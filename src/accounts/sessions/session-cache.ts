import type { Viewer } from '../../core/viewer.js';
import type { Database } from '../../db/database.js';
import { createCredentialCache } from './credential-cache.js';

/** Tells which sessions are live. */
export interface SessionCache {
  /** Whether a session is live and belongs to the user of the token; without a promise when the cache can tell. */
  isLive(viewer: Viewer): Promise<boolean> | boolean;
  /** Records sessions as ended, so that this process refuses them at once. */
  markEnded(sessionIds: readonly string[]): void;
}

interface LiveSession {
  readonly userId: string;
  /** By `performance.now`. */
  readonly endsAt: number;
}

type SessionDatabase = Pick<Database, 'query' | 'notifications'>;

/** Creates a cache over the table `sessions`. @param recordUse records that a live session is used. */
export function createSessionCache(db: SessionDatabase, recordUse: (sessionId: string) => void = () => {}): SessionCache {
  const { find, markEnded } = createCredentialCache((ids) => findSessions(db, ids), {
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
      return session instanceof Promise ? session.then((found) => judge(viewer, found)) : judge(viewer, session);
    },
    markEnded,
  };
}

/** @returns each session, `null` for one that has ended. */
async function findSessions(db: SessionDatabase, ids: readonly string[]): Promise<(LiveSession | null)[]> {
  const since = performance.now();
  const rows = await db.query<{ id: string; userId: string; lifeMs: number }>(
    `SELECT id, user_id AS "userId", (extract(epoch FROM expires_at - now()) * 1000)::float8 AS "lifeMs"
     FROM sessions WHERE id = ANY($1::text[]) AND expires_at > now()`,
    [ids],
  );
  const byId = new Map(rows.map(({ id, userId, lifeMs }) => [id, { userId, endsAt: since + lifeMs }]));
  return ids.map((id) => byId.get(id) ?? null);
}
