import { AppError, inputError } from '../core/errors.js';
import type { IdempotencyKey } from '../core/request-context.js';
import type { Principal } from '../core/viewer.js';
import type { Database, Queries } from '../db/database.js';
import type { RateLimiter } from '../rate-limits/rate-limiters.js';
import { idempotencyKeyField } from './key.js';
import { type IdempotencyStore, lockName, type RecordKey, type StoredResult } from './store.js';

/** Runs the statements of a write. With an idempotency key they share a transaction with the record of their result. */
export type Commit = <T>(statements: (queries: Queries) => Promise<T>) => Promise<T>;

/** What `runOnce` needs of a `RequestContext`: without a viewer the operation is public. */
interface WriteContext {
  readonly viewer?: Principal;
  /** Undefined when the client did not send one: the write runs without a record. */
  readonly idempotencyKey: IdempotencyKey | undefined;
}

interface RunOptions<T> {
  /** Whether the statements must succeed or fail together: they then share a transaction without an idempotency key, too. */
  readonly isAtomic?: boolean;
  /** The user whose result it is, for a public operation: the record is deleted with the user. */
  ownerOf?(result: T): string;
  /** Whether `work` does nothing before it calls `commit`: the look-up of its transaction is then the only one. */
  readonly commitsFirst?: boolean;
  /** Whether a stored result can still be returned; always, by default. */
  isCurrent?(result: T, queries: Queries): Promise<boolean>;
  /** Whether the payload of a signed-in user holds a password. That of a public operation counts as one that does. */
  readonly holdsPassword?: boolean;
}

/**
 * Runs a write once for each idempotency key: a repeated request, in either API, returns the stored result for 24 hours.
 * A failed write stores nothing, for it changed nothing.
 * @param operation the root field.
 * @param payload its arguments as validated: the same in both APIs.
 * @param work calls `commit` once, with all statements of the write. Its result must survive JSON; null and undefined mean
 * that nothing was written. `outdated` is the stored result that `isCurrent` rejected.
 * @throws AppError `CONFLICT` while a request with the same key is in progress; `VALIDATION_ERROR` when the key was used for
 * another operation or payload, `RATE_LIMITED` when that happens too often with a payload that can hold a password; whatever `work` throws.
 */
export type RunOnce = <T>(
  context: WriteContext,
  operation: string,
  payload: unknown,
  work: (commit: Commit, outdated?: T) => Promise<T>,
  options?: RunOptions<T>,
) => Promise<T>;

interface Parts {
  readonly db: Database;
  readonly store: IdempotencyStore;
  /** Creates keyed digests, for a payload may hold a password: the first is stored, all are recognized. */
  fingerprints(text: string): readonly [string, ...string[]];
  /** Limits how often a key may come with other payloads that can hold a password: each response tells whether it was guessed. */
  readonly mismatches: RateLimiter;
}

/** One write with an idempotency key. */
interface Write {
  readonly key: RecordKey;
  readonly userId: string | null;
  /** Of the operation and its payload. */
  readonly fingerprints: readonly [string, ...string[]];
  readonly options: RunOptions<unknown>;
}

/** Thrown out of a transaction that finds a stored result. */
class AlreadyWritten {
  constructor(readonly stored: StoredResult) {}
}

const inProgress = () =>
  new AppError('CONFLICT', {
    message: 'A request with this idempotency key is in progress.',
    details: { field: idempotencyKeyField, error: 'A request with the same key is in progress: retry later' },
  });

/** Creates `runOnce`. */
export function createRunOnce(parts: Parts): RunOnce {
  const { db, store } = parts;
  const inFlight = new Set<string>();

  return async function runOnce<T>(
    { viewer, idempotencyKey }: WriteContext,
    operation: string,
    payload: unknown,
    work: (commit: Commit, outdated?: T) => Promise<T>,
    options: RunOptions<T> = {},
  ): Promise<T> {
    if (!idempotencyKey) return work((statements) => (options.isAtomic ? db.transaction(statements) : statements(db)));
    const userId = viewer?.userId ?? null;
    const key = { scope: userId ?? '', ...idempotencyKey };
    const write: Write = { key, userId, fingerprints: parts.fingerprints(JSON.stringify([operation, payload])), options };
    const lock = lockName(key);
    if (inFlight.has(lock)) throw inProgress();
    inFlight.add(lock);
    try {
      const commit = commitOf(parts, write);
      const stored = options.commitsFirst ? undefined : await store.find(db, key);
      if (!stored) return await work(commit);
      if (await isOutdated(write, stored, db)) return await work(commit, stored.result as T);
      return (await replay(parts, write, stored)) as T;
    } catch (error) {
      if (error instanceof AlreadyWritten) return (await replay(parts, write, error.stored)) as T;
      throw error;
    } finally {
      inFlight.delete(lock);
      store.deleteExpired();
    }
  };
}

/** Whether a record is to be replaced. The record of another request never is. */
async function isOutdated({ fingerprints, options }: Write, stored: StoredResult, queries: Queries): Promise<boolean> {
  if (!fingerprints.includes(stored.fingerprint) || !options.isCurrent) return false;
  return !(await options.isCurrent(stored.result, queries));
}

async function replay(
  { mismatches }: Parts,
  { key, userId, fingerprints, options }: Write,
  stored: StoredResult,
): Promise<unknown> {
  if (fingerprints.includes(stored.fingerprint)) return stored.result;
  if (userId === null || options.holdsPassword) await mismatches.consume(lockName(key));
  throw inputError('VALIDATION_ERROR', [
    { field: idempotencyKeyField, error: 'This key was already used for a different request; use a new one.' },
  ]);
}

const commitOf =
  ({ db, store }: Parts, write: Write): Commit =>
  (statements) =>
    db.transaction(async (transaction) => {
      const { key, userId, fingerprints, options } = write;
      const { isLocked, stored } = await store.lockAndFind(transaction, key);
      if (stored && !(await isOutdated(write, stored, transaction))) throw new AlreadyWritten(stored);
      if (!isLocked) throw inProgress();
      const result = await statements(transaction);
      if (result == null) return result;
      const owner = options.ownerOf ? options.ownerOf(result) : userId;
      await store.writeAndCommit(transaction, key, owner, { fingerprint: fingerprints[0], result });
      return result;
    });
