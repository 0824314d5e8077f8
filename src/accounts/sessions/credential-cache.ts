import { LRUCache } from 'lru-cache';
import { createBatcher } from '../../db/batcher.js';
import type { Notifications } from '../../db/notifications.js';

/** How long a look-up or a notification is trusted: a credential that another process ends is refused here within 1 s. */
const ttlMs = 800;
/** How often the credentials in use are looked up ahead of their requests, so that these need not wait. */
const renewEveryMs = 400;
/** How long after its last request a credential is in use. */
const inUseMs = 30_000;
/** The most recently used credentials that are renewed, all in one statement. */
const maxRenewed = 2_000;
/** How long a credential is cached as ended: longer than a look-up takes that began before it ended. */
const endedTtlMs = 60_000;
const maxCached = 50_000;

/** Announces the keys of credentials that have ended, and with `~` in front of those that have changed. */
export interface ChangeChannel {
  /** Undefined where nothing is announced. */
  readonly notifications: Notifications | undefined;
  readonly channel: string;
}

const unannounced: ChangeChannel = { notifications: undefined, channel: '' };

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
  /** When the look-up began, by `performance.now`. */
  readonly since: number;
  /** When the entry expires, unless notifications say that nothing has ended since. */
  readonly until: number;
}

/**
 * Creates a cache over a table of credentials. While notifications arrive, an entry stays until one says that it has ended; while
 * they do not, the credentials in use are looked up again and again.
 */
export function createCredentialCache<Row extends object>(
  findMany: FindCredentials<Row>,
  { notifications, channel }: ChangeChannel = unannounced,
): CredentialCache<Row> {
  const cache = new LRUCache<string, Cached<Row>>({ max: maxCached });
  // Concurrent look-ups share a statement.
  const findOne = createBatcher(async (key: string) => (await findMany([key]))[0] ?? null, findMany);

  function markEnded(keys: readonly string[]): void {
    const now = performance.now();
    for (const key of keys) cache.set(key, { row: null, since: now, until: now + endedTtlMs });
  }
  notifications?.on(channel, (payload) => {
    if (!payload.startsWith('~')) return markEnded([payload]);
    // What a look-up finds that began before is not kept.
    cache.set(payload.slice(1), { row: null, since: performance.now(), until: 0 });
  });

  /** Whether notifications prove an entry, also so long from now. */
  const isProven = (entry: Cached<Row> | undefined, aheadMs = 0): boolean => {
    const caughtUpAt = entry?.row && notifications?.caughtUpAt(entry.since);
    return caughtUpAt != null && caughtUpAt + ttlMs > performance.now() + aheadMs;
  };

  function cached(key: string): Cached<Row> | undefined {
    const entry = cache.get(key);
    return entry && (entry.until > performance.now() || isProven(entry)) ? entry : undefined;
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
    else if (since >= (cache.peek(key)?.since ?? 0)) cache.set(key, { row, since, until: since + ttlMs });
    return row;
  }

  async function lookUp(key: string): Promise<Row | null> {
    const since = performance.now();
    const row = record(key, await findOne(key), since);
    // What is not live is not renewed: anybody can send keys of nothing.
    if (row) markUsed(key);
    return row;
  }

  const needsRenewal = (key: string): boolean => !isProven(cache.peek(key), renewEveryMs);
  const renew = createRenewal(findMany, record, needsRenewal);
  function markUsed(key: string): void {
    notifications?.keepAwake();
    renew(key);
  }
  return {
    find: (key) => {
      const entry = cached(key);
      if (!entry) return lookUp(key);
      if (entry.row) markUsed(key);
      return entry.row;
    },
    markEnded,
  };
}

/**
 * Renews the credentials in use ahead of their requests.
 * @param record,needsRenewal see `createCredentialCache`.
 * @returns what marks a credential as used now.
 */
function createRenewal<Row>(
  findMany: FindCredentials<Row>,
  record: (key: string, row: Row | null, since: number) => Row | null,
  needsRenewal: (key: string) => boolean,
): (key: string) => void {
  /** Key → time of the last request, by `performance.now`. */
  const lastUsed = new LRUCache<string, number>({ max: maxRenewed });
  let isRenewing = false;

  const scheduleRenewal = () => setTimeout(renew, renewEveryMs).unref();
  async function renew(): Promise<void> {
    const since = performance.now();
    const inUse = [...lastUsed.entries()].filter(([, used]) => since - used < inUseMs).map(([key]) => key);
    isRenewing = inUse.length > 0;
    if (!isRenewing) return;
    const keys = inUse.filter(needsRenewal);
    // When the look-up fails the entries expire; the next requests look up themselves and report the error.
    const rows = keys.length > 0 ? await findMany(keys).catch(() => []) : [];
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
