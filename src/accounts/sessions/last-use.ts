import { LRUCache } from 'lru-cache';
import type { Database } from '../../db/database.js';
import type { Logger } from '../../log/log.js';
import { writeLastUse } from './store.js';

/** How often the last use of one credential is written at most. */
const writeEveryMs = 60_000;
/** How old the last use that is stored must be, so that of several processes one writes it within a minute. */
const minAgeSeconds = writeEveryMs / 1000 - 5;
/** The uses of so long are written together, apart from the requests. */
const collectMs = 1_000;
/** Recently used credentials that are remembered; one that is forgotten is written again, and the database decides. */
const maxRemembered = 50_000;
/** Uses that wait to be written; further ones are left out. */
const maxPending = 5_000;

/** Records when credentials were last used. */
export interface LastUse {
  /** Records a use now. Costs a request one look-up in memory. */
  record(id: string): void;
  /** Writes what waits. */
  close(): Promise<void>;
}

/** @param table has the columns `id` and `last_used_at`. */
export function createLastUse(db: Pick<Database, 'query'>, table: 'sessions' | 'api_tokens', log: Logger): LastUse {
  const recordedAt = new LRUCache<string, number>({ max: maxRemembered });
  const pending = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  async function write(): Promise<void> {
    timer = undefined;
    const ids = [...pending];
    pending.clear();
    if (ids.length === 0) return;
    await writeLastUse(db, table, ids, minAgeSeconds).catch((err) => log.warn({ err, table }, 'last-use.write-failed'));
  }

  return {
    record: (id) => {
      const now = performance.now();
      const last = recordedAt.get(id);
      if (last !== undefined && now - last < writeEveryMs) return;
      if (isClosed || pending.size >= maxPending) return;
      recordedAt.set(id, now);
      pending.add(id);
      timer ??= setTimeout(write, collectMs).unref();
    },
    close: () => {
      isClosed = true;
      clearTimeout(timer);
      return write();
    },
  };
}
