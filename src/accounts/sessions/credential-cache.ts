import { LRUCache } from 'lru-cache';
import { createBatcher } from '../../db/batcher.js';

/** How long a looked-up credential is trusted: one that another process ends is refused here within 1 s. */
const ttlMs = 800;
/** How often the credentials in use are looked up ahead of their requests, so that these need not wait. */
const renewEveryMs = 400;
/** How long after its last request a credential counts as in use. */
const inUseMs = 30_000;
/** The most recently used credentials that are renewed, all in one statement. */
const maxRenewed = 2_000;
/** How long a credential is cached as ended: longer than a look-up takes that began before it ended. */
const endedTtlMs = 60_000;
const maxCached = 50_000;

/** Looks up credentials. @returns the row of each key, `null` for one that has ended. */
export type FindCredentials<Row> = (keys: readonly string[]) => Promise<(Row | null)[]>;

/** Tells which credentials, such as sessions, are live. */
export interface CredentialCache<Row> {
  /** @returns the row of a key, `null` when it has ended; without a promise when the cache can tell. */
  find(key: string): Promise<Row | null> | Row | null;
  /** Records credentials as ended, so that this process refuses them at once. */
  markEnded(keys: readonly string[]): void;
}

interface Cached<Row> {
  /** `null` when the credential has ended. */
  readonly row: Row | null;
  /** When the entry expires, by `performance.now`. */
  readonly until: number;
}

/** Creates a cache over a table of credentials. */
export function createCredentialCache<Row extends object>(findMany: FindCredentials<Row>): CredentialCache<Row> {
  const cache = new LRUCache<string, Cached<Row>>({ max: maxCached });
  // The look-ups of concurrent requests share a statement.
  const findOne = createBatcher(async (key: string) => (await findMany([key]))[0] ?? null, findMany);

  function cached(key: string): Cached<Row> | undefined {
    const entry = cache.get(key);
    return entry && entry.until > performance.now() ? entry : undefined;
  }

  /**
   * Records the result of a look-up.
   * @param since when the look-up began.
   * @returns the row, or `null` when the credential has ended.
   */
  function record(key: string, row: Row | null, since: number): Row | null {
    // The credential may have ended here during the look-up: an entry that says so stays.
    if (cached(key)?.row === null) return null;
    if (row === null) cache.delete(key);
    else cache.set(key, { row, until: since + ttlMs });
    return row;
  }

  async function lookUp(key: string): Promise<Row | null> {
    const since = performance.now();
    const row = record(key, await findOne(key), since);
    // What is not live is not renewed: anybody can send keys of nothing.
    if (row) markUsed(key);
    return row;
  }

  const markUsed = createRenewal(findMany, record);
  return {
    find: (key) => {
      const entry = cached(key);
      if (!entry) return lookUp(key);
      if (entry.row) markUsed(key);
      return entry.row;
    },
    markEnded: (keys) => {
      for (const key of keys) cache.set(key, { row: null, until: performance.now() + endedTtlMs });
    },
  };
}

/**
 * Renews the credentials in use ahead of their requests.
 * @param record see `createCredentialCache`.
 * @returns what marks a credential as used now.
 */
function createRenewal<Row>(
  findMany: FindCredentials<Row>,
  record: (key: string, row: Row | null, since: number) => Row | null,
): (key: string) => void {
  /** Key → time of the last request, by `performance.now`. */
  const lastUsed = new LRUCache<string, number>({ max: maxRenewed });
  let isRenewing = false;

  const scheduleRenewal = () => setTimeout(renew, renewEveryMs).unref();
  async function renew(): Promise<void> {
    const since = performance.now();
    const keys = [...lastUsed.entries()].filter(([, used]) => since - used < inUseMs).map(([key]) => key);
    isRenewing = keys.length > 0;
    if (!isRenewing) return;
    // When the look-up fails the entries expire; the next requests look up themselves and report the error.
    const rows = await findMany(keys).catch(() => []);
    for (const [index, row] of rows.entries())
      if (record(keys[index] as string, row, since) === null) lastUsed.delete(keys[index] as string);
    scheduleRenewal();
  }

  return (key) => {
    lastUsed.set(key, performance.now());
    if (!isRenewing) scheduleRenewal();
    isRenewing = true;
  };
}
