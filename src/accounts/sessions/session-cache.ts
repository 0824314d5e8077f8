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
  readonly id: string;
  readonly userId: string;
}

/** Creates a cache over the table `sessions`. */
export function createSessionCache(db: Pick<Database, 'query'>): SessionCache {
  const { find, markEnded } = createCredentialCache((ids) => findLive(db, ids));
  return {
    isLive: ({ userId, sessionId }) => {
      const session = find(sessionId);
      if (session instanceof Promise) return session.then((found) => found?.userId === userId);
      return session?.userId === userId;
    },
    markEnded,
  };
}

/** @returns each session, `null` for one that has ended. */
async function findLive(db: Pick<Database, 'query'>, ids: readonly string[]): Promise<(LiveSession | null)[]> {
  const rows = await db.query<LiveSession>(
    'SELECT id, user_id AS "userId" FROM sessions WHERE id = ANY($1::text[]) AND expires_at > now()',
    [ids],
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}
