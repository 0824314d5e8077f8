import type { Database, Queries, Statement, Transaction } from '../db/database.js';
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
   * Locks a key until the transaction ends, and then looks its record up.
   * @returns `isLocked` false when another transaction holds the lock.
   */
  lockAndFind(transaction: Transaction, key: RecordKey): Promise<{ isLocked: boolean; stored: StoredResult | undefined }>;
  /**
   * Writes a record over an expired or unusable one, and ends the transaction. Writes none for a user who has been deleted.
   * @param userId the record is deleted with this user.
   * @param stored its result must survive JSON.
   */
  writeAndCommit(transaction: Transaction, key: RecordKey, userId: string | null, stored: StoredResult): Promise<void>;
  /** Deletes the records of a user's public operations, such as sign-ins. */
  deletePublic(queries: Queries, userId: string): Promise<void>;
  /** Deletes expired records in the background, at most once a minute. */
  deleteExpired(): void;
}

const ttlHours = 24;
const deleteExpiredEveryMs = 60_000;

/** The name of a key's lock. */
export const lockName = ({ scope, key, part }: RecordKey): string => `${scope} ${part} ${key}`;

const selectRecord = `SELECT fingerprint, result FROM idempotency_keys
  WHERE scope = $1 AND key = $2 AND part = $3::int AND created_at > now() - make_interval(hours => ${ttlHours})`;

/** The look-up is a statement of its own: its snapshot, unlike that of the lock, sees what the last holder of the lock wrote. */
const lockAndSelect = (key: RecordKey): readonly Statement[] => [
  {
    text: `SELECT set_config('tandem.isLocked', pg_try_advisory_xact_lock(hashtextextended($1, 0))::text, true)`,
    values: [lockName(key)],
  },
  {
    text: `SELECT current_setting('tandem.isLocked') AS "isLocked", fingerprint, result
           FROM (VALUES (1)) AS one LEFT JOIN (${selectRecord}) AS stored ON true`,
    values: [key.scope, key.key, key.part],
  },
];

/** Creates the store over the table `idempotency_keys`. */
export const createIdempotencyStore = (db: Pick<Database, 'query'>, log: Logger): IdempotencyStore => ({
  find: async ({ query }, { scope, key, part }) => {
    const [stored] = await query<StoredResult>(selectRecord, [scope, key, part]);
    return stored;
  },
  lockAndFind: async ({ queryTogether }, key) => {
    const [row] = await queryTogether<{ isLocked: string; fingerprint: string | null; result: unknown }>(lockAndSelect(key));
    const { isLocked, fingerprint = null, result } = row ?? {};
    return { isLocked: isLocked === 'true', stored: fingerprint === null ? undefined : { fingerprint, result } };
  },
  writeAndCommit: ({ commitWith }, { scope, key, part }, userId, { fingerprint, result }) =>
    commitWith({
      text: `INSERT INTO idempotency_keys (scope, key, part, user_id, fingerprint, result)
       SELECT $1, $2, $3::int, $4, $5, $6::jsonb WHERE $4::text IS NULL OR EXISTS (SELECT FROM users WHERE id = $4)
       ON CONFLICT (scope, key, part) DO UPDATE
         SET user_id = excluded.user_id, fingerprint = excluded.fingerprint, result = excluded.result, created_at = now()`,
      values: [scope, key, part, userId, fingerprint, JSON.stringify(result)],
    }),
  deletePublic: async ({ query }, userId) => {
    await query(`DELETE FROM idempotency_keys WHERE user_id = $1 AND scope = ''`, [userId]);
  },
  deleteExpired: throttle(() => {
    db.query(`DELETE FROM idempotency_keys WHERE created_at <= now() - make_interval(hours => ${ttlHours})`, []).catch((err) =>
      log.warn({ err }, 'idempotency.delete-expired-failed'),
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
