import type { Database, Queries } from '../db/database.js';
import type { Logger } from '../log/log.js';

/** Identifies a record: the primary key of `idempotency_keys`. */
export interface RecordKey {
  /** A user's id, or empty for keys of public operations. */
  readonly scope: string;
  readonly key: string;
  /** The position of the mutation in its document. */
  readonly part: number;
}

/** The stored result of a write. */
export interface StoredResult {
  /** A keyed digest of the operation and its payload. */
  readonly fingerprint: string;
  readonly result: unknown;
}

/** The records of writes with an idempotency key. */
export interface IdempotencyStore {
  /** @returns undefined when there is no record, or it is older than 24 hours. */
  find(queries: Pick<Queries, 'query'>, key: RecordKey): Promise<StoredResult | undefined>;
  /**
   * Locks a key until the transaction ends.
   * @returns false when another transaction holds it.
   */
  tryLock(queries: Queries, key: RecordKey): Promise<boolean>;
  /**
   * Writes a record over an expired or unusable one. Writes none for a user who has been deleted.
   * @param userId the record is deleted with this user.
   * @param stored its result must survive JSON.
   */
  write(queries: Queries, key: RecordKey, userId: string | null, stored: StoredResult): Promise<void>;
  /** Deletes the records of a user's public operations, such as sign-ins. */
  deletePublic(queries: Queries, userId: string): Promise<void>;
  /** Deletes expired records in the background, at most once a minute. */
  deleteExpired(): void;
}

const ttlHours = 24;
const deleteExpiredEveryMs = 60_000;

/** The name of a key's lock. */
export const lockName = ({ scope, key, part }: RecordKey): string => `${scope} ${part} ${key}`;

/** Creates the store over the table `idempotency_keys`. */
export const createIdempotencyStore = (db: Pick<Database, 'query'>, log: Logger): IdempotencyStore => ({
  find: async ({ query }, { scope, key, part }) => {
    const [stored] = await query<StoredResult>(
      `SELECT fingerprint, result FROM idempotency_keys
       WHERE scope = $1 AND key = $2 AND part = $3::int AND created_at > now() - make_interval(hours => ${ttlHours})`,
      [scope, key, part],
    );
    return stored;
  },
  tryLock: async ({ query }, key) => {
    const [lock] = await query<{ taken: boolean }>('SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS taken', [
      lockName(key),
    ]);
    return lock?.taken === true;
  },
  write: async ({ query }, { scope, key, part }, userId, { fingerprint, result }) => {
    await query(
      `INSERT INTO idempotency_keys (scope, key, part, user_id, fingerprint, result)
       SELECT $1, $2, $3::int, $4, $5, $6::jsonb WHERE $4::text IS NULL OR EXISTS (SELECT FROM users WHERE id = $4)
       ON CONFLICT (scope, key, part) DO UPDATE
         SET user_id = excluded.user_id, fingerprint = excluded.fingerprint, result = excluded.result, created_at = now()`,
      [scope, key, part, userId, fingerprint, JSON.stringify(result)],
    );
  },
  deletePublic: async ({ query }, userId) => {
    await query(`DELETE FROM idempotency_keys WHERE user_id = $1 AND scope = ''`, [userId]);
  },
  deleteExpired: throttle(() => {
    db.query(`DELETE FROM idempotency_keys WHERE created_at <= now() - make_interval(hours => ${ttlHours})`, []).catch((err) =>
      log.warn({ err }, 'idempotency.delete_expired_failed'),
    );
  }, deleteExpiredEveryMs),
});

function throttle(run: () => void, everyMs: number): () => void {
  let lastRun = Number.NEGATIVE_INFINITY;
  return () => {
    const now = performance.now();
    if (now - lastRun < everyMs) return;
    lastRun = now;
    run();
  };
}
