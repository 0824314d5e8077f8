import { LRUCache } from 'lru-cache';
import type { Database } from '../../db/database.js';
import type { Logger } from '../../log/log.js';

/** How often the last use of one credential is written at most. */
const writeEveryMs = 60_000;
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
    if (ids.length > 0) await writeLastUse(db, table, ids).catch((err) => log.warn({ err, table }, 'last-use.write-failed'));
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

/**
 * Of several processes that saw a use, one writes it within a minute. Rows that another transaction has locked are left out:
 * nobody waits, and no two processes wait for each other.
 */
const writeLastUse = (db: Pick<Database, 'query'>, table: string, ids: readonly string[]): Promise<unknown> =>
  db.query(
    `UPDATE ${table} SET last_used_at = now() WHERE id IN (
       SELECT id FROM ${table} WHERE id = ANY($1::text[])
         AND (last_used_at IS NULL OR last_used_at < now() - make_interval(secs => ${writeEveryMs / 1000 - 5}))
       FOR NO KEY UPDATE SKIP LOCKED)`,
    [ids],
  );
