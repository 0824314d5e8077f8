import { LRUCache } from 'lru-cache';
import type { Viewer } from '../../core/viewer.js';
import { createBatcher } from '../../db/batcher.js';
import type { Database } from '../../db/database.js';

/** How long a looked-up session is trusted: a session that another process ends is refused here within 1 s. */
const ttlMs = 800;
/** How often the sessions in use are looked up ahead of their requests, so that these need not wait. */
const renewEveryMs = 400;
/** How long after its last request a session counts as in use. */
const inUseMs = 30_000;
/** The most recently used sessions that are renewed, all in one statement. */
const maxRenewed = 2_000;
/** How long a session is cached as ended: longer than a look-up takes that began before it ended. */
const endedTtlMs = 60_000;
const maxSessions = 50_000;

/** Tells which sessions are live. */
export interface SessionCache {
  /** Whether a session is live and belongs to the user of the token; without a promise when the cache can tell. */
  isLive(viewer: Viewer): Promise<boolean> | boolean;
  /** Records sessions as ended, so that this process refuses them at once. */
  markEnded(sessionIds: readonly string[]): void;
}

interface CachedSession {
  /** `null` when the session has ended. */
  readonly userId: string | null;
  /** When the entry expires, by `performance.now`. */
  readonly until: number;
}

/** Creates a cache over the table `sessions`. */
export function createSessionCache(db: Pick<Database, 'query'>): SessionCache {
  const cache = new LRUCache<string, CachedSession>({ max: maxSessions });
  const findOwners = (ids: readonly string[]) => findOwnersIn(db, ids);
  const findOwner = createFindOwner(findOwners);

  function cached(sessionId: string): CachedSession | undefined {
    const entry = cache.get(sessionId);
    return entry && entry.until > performance.now() ? entry : undefined;
  }

  /**
   * Records the result of a look-up.
   * @param since when the look-up began.
   * @returns the owner, or `null` when the session has ended.
   */
  function record(sessionId: string, owner: string | null, since: number): string | null {
    // The session may have ended here during the look-up: an entry that says so stays.
    if (cached(sessionId)?.userId === null) return null;
    if (owner === null) cache.delete(sessionId);
    else cache.set(sessionId, { userId: owner, until: since + ttlMs });
    return owner;
  }

  async function lookUp({ userId, sessionId }: Viewer): Promise<boolean> {
    const since = performance.now();
    return record(sessionId, await findOwner(sessionId), since) === userId;
  }

  const markUsed = createRenewal(findOwners, record);
  return {
    isLive: (viewer) => {
      markUsed(viewer.sessionId);
      const entry = cached(viewer.sessionId);
      return entry ? entry.userId === viewer.userId : lookUp(viewer);
    },
    markEnded: (sessionIds) => {
      for (const sessionId of sessionIds) cache.set(sessionId, { userId: null, until: performance.now() + endedTtlMs });
    },
  };
}

type FindOwners = (ids: readonly string[]) => Promise<(string | null)[]>;

/** @returns the owner of each session, `null` for one that has ended. */
async function findOwnersIn(db: Pick<Database, 'query'>, ids: readonly string[]): Promise<(string | null)[]> {
  const rows = await db.query<{ id: string; userId: string }>(
    'SELECT id, user_id AS "userId" FROM sessions WHERE id = ANY($1::text[]) AND expires_at > now()',
    [ids],
  );
  const byId = new Map(rows.map((row) => [row.id, row.userId]));
  return ids.map((id) => byId.get(id) ?? null);
}

/** Looks up the sessions of concurrent requests in one statement. */
const createFindOwner = (findOwners: FindOwners) =>
  createBatcher(async (id: string) => (await findOwners([id]))[0] ?? null, findOwners);

/**
 * Renews the sessions in use ahead of their requests.
 * @param record see `createSessionCache`.
 * @returns what marks a session as used now.
 */
function createRenewal(findOwners: FindOwners, record: (id: string, owner: string | null, since: number) => string | null) {
  /** Session id → time of the last request, by `performance.now`. */
  const lastUsed = new LRUCache<string, number>({ max: maxRenewed });
  let isRenewing = false;

  const scheduleRenewal = () => setTimeout(renew, renewEveryMs).unref();
  async function renew(): Promise<void> {
    const since = performance.now();
    const ids = [...lastUsed.entries()].filter(([, used]) => since - used < inUseMs).map(([id]) => id);
    isRenewing = ids.length > 0;
    if (!isRenewing) return;
    // When the look-up fails the entries expire; the next requests look up themselves and report the error.
    const owners = await findOwners(ids).catch(() => []);
    for (const [index, owner] of owners.entries())
      if (record(ids[index] as string, owner, since) === null) lastUsed.delete(ids[index] as string);
    scheduleRenewal();
  }

  return (sessionId: string): void => {
    lastUsed.set(sessionId, performance.now());
    if (!isRenewing) scheduleRenewal();
    isRenewing = true;
  };
}
