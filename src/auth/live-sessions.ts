import { LRUCache } from 'lru-cache';
import type { Viewer } from '../core/viewer.js';
import { createBatcher } from '../db/batcher.js';
import type { Database } from '../db/database.js';

/** For how long a session counts as live without asking again: what ends elsewhere ends here within 1 s. */
const freshMs = 800;
/** How often it is asked again for the sessions in use, ahead of their requests: these need not wait for it. */
const renewMs = 400;
/** For how long after a request a session counts as in use. */
const inUseMs = 30_000;
/** Sessions that are renewed at most: the last used. One statement asks for all of them. */
const renewedAtMost = 2_000;
/** For how long an ended session is remembered as ended: longer than any look-up that began before takes. */
const endedMs = 60_000;
/** Sessions remembered at most. */
const remembered = 50_000;

/** Which sessions live, as this process knows it. */
export interface LiveSessions {
  /** Whether a session lives and belongs to whom its token says; at once when that was asked a moment ago. */
  isLive(viewer: Viewer): Promise<boolean> | boolean;
  /** Remembers sessions as ended. */
  forget(sessionIds: readonly string[]): void;
}

/** What is known of a session, and until when, by `performance.now`. */
interface Known {
  /** `null` once it ended. */
  readonly userId: string | null;
  readonly until: number;
}

/** Makes what looks sessions up and remembers them for a moment. */
export function createLiveSessions(db: Pick<Database, 'query'>): LiveSessions {
  const known = new LRUCache<string, Known>({ max: remembered });
  /** Session id → when a request last came with it. */
  const inUse = new LRUCache<string, number>({ max: renewedAtMost });
  let renewing = false;

  function find(sessionId: string): Known | undefined {
    const found = known.get(sessionId);
    return found && found.until > performance.now() ? found : undefined;
  }

  async function ownersOf(ids: readonly string[]): Promise<(string | null)[]> {
    const rows = await db.query<{ id: string; userId: string }>(
      'SELECT id, user_id AS "userId" FROM sessions WHERE id = ANY($1::text[]) AND expires_at > now()',
      [ids],
    );
    const byId = new Map(rows.map((row) => [row.id, row.userId]));
    return ids.map((id) => byId.get(id) ?? null);
  }
  const ownerOf = createBatcher(async (id: string) => (await ownersOf([id]))[0] ?? null, ownersOf);

  /** @param since when it was asked. @returns the owner that counts: none of a session that ended. */
  function learn(sessionId: string, owner: string | null, since: number): string | null {
    // It may have ended here while the answer was on its way: what is remembered as ended stays so.
    if (find(sessionId)?.userId === null) return null;
    if (owner === null) known.delete(sessionId);
    else known.set(sessionId, { userId: owner, until: since + freshMs });
    return owner;
  }

  async function lookUp({ userId, sessionId }: Viewer): Promise<boolean> {
    const since = performance.now();
    return learn(sessionId, await ownerOf(sessionId), since) === userId;
  }

  const renewLater = () => setTimeout(renew, renewMs).unref();
  async function renew(): Promise<void> {
    const since = performance.now();
    const ids = [...inUse.entries()].filter(([, used]) => since - used < inUseMs).map(([id]) => id);
    renewing = ids.length > 0;
    if (!renewing) return;
    // Without an answer they are soon no longer fresh: then requests ask for themselves, and tell what is wrong.
    const owners = await ownersOf(ids).catch(() => []);
    for (const [index, owner] of owners.entries())
      if (learn(ids[index] as string, owner, since) === null) inUse.delete(ids[index] as string);
    renewLater();
  }

  return {
    isLive: (viewer) => {
      inUse.set(viewer.sessionId, performance.now());
      if (!renewing) renewLater();
      renewing = true;
      const found = find(viewer.sessionId);
      return found ? found.userId === viewer.userId : lookUp(viewer);
    },
    forget: (sessionIds) => {
      for (const sessionId of sessionIds) known.set(sessionId, { userId: null, until: performance.now() + endedMs });
    },
  };
}
