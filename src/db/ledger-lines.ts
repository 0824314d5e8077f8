import type { Logger } from '../log/log.js';
import type { Database, Queries } from './database.js';

/** Where a line stands, and what it must fit. */
export interface Entry {
  /** A person's id, or empty for what is for anyone. */
  readonly scope: string;
  readonly userId: string | null;
  readonly key: string;
  readonly part: number;
  readonly fingerprint: string;
}

/** What was answered. */
export interface Line {
  readonly fingerprint: string;
  readonly result: unknown;
}

const keptHours = 24;
/** How often dead lines are deleted, in milliseconds. */
const sweepMs = 60_000;

/** @returns the living line of an entry's place. */
export async function findLine({ query }: Pick<Queries, 'query'>, { scope, key, part }: Entry): Promise<Line | undefined> {
  const [line] = await query<Line>(
    `SELECT fingerprint, result FROM idempotency_keys
     WHERE scope = $1 AND key = $2 AND part = $3::int AND created_at > now() - make_interval(hours => ${keptHours})`,
    [scope, key, part],
  );
  return line;
}

/**
 * Takes a place for this transaction alone.
 * @returns false when another process's transaction has it.
 */
export async function takeTurn({ query }: Queries, place: string): Promise<boolean> {
  const [lock] = await query<{ taken: boolean }>('SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS taken', [place]);
  return lock?.taken === true;
}

/**
 * Writes what was answered. A person who is gone has no keys, and what stands in the way can only be a dead line.
 * @param result must survive JSON.
 */
export async function writeLine({ query }: Queries, entry: Entry, result: unknown): Promise<void> {
  const { scope, key, part, userId, fingerprint } = entry;
  await query(
    `INSERT INTO idempotency_keys (scope, key, part, user_id, fingerprint, result)
     SELECT $1, $2, $3::int, $4, $5, $6::jsonb WHERE $4::text IS NULL OR EXISTS (SELECT FROM users WHERE id = $4)
     ON CONFLICT (scope, key, part) DO UPDATE
       SET user_id = excluded.user_id, fingerprint = excluded.fingerprint, result = excluded.result, created_at = now()`,
    [scope, key, part, userId, fingerprint, JSON.stringify(result)],
  );
}

/** Deletes dead lines now and then, behind the writes that make them. */
export function createSweep(db: Database, log: Logger): () => void {
  let last = Number.NEGATIVE_INFINITY;
  return () => {
    const now = performance.now();
    if (now - last < sweepMs) return;
    last = now;
    db.query(`DELETE FROM idempotency_keys WHERE created_at <= now() - make_interval(hours => ${keptHours})`, []).catch((err) =>
      log.warn({ err }, 'dead idempotency keys were not deleted'),
    );
  };
}
