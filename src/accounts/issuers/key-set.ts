import { type CryptoKey, errors, type JWSHeaderParameters } from 'jose';
import { AppError } from '../../core/errors.js';
import type { Logger } from '../../log/log.js';
import { fetchKeys, type Keys } from './fetch-keys.js';

/** How often an unknown `kid` may make the keys be fetched again. */
const cooldownMs = 30_000;
/** How old the keys may become before they are fetched again in the background: until then a removed key is accepted. */
const refreshAfterMs = 300_000;
/** How long the keys are used when no newer ones can be fetched. */
const maxAgeMs = 86_400_000;

/** The public keys of an issuer (RFC 7517). */
export interface KeySet {
  /**
   * Finds the key of a token by its `kid` and `alg`.
   * @returns undefined when the issuer has no such key.
   * @throws AppError `SERVICE_UNAVAILABLE` when the keys cannot be fetched, so that the token cannot be judged.
   */
  find(header: JWSHeaderParameters): Promise<CryptoKey | undefined>;
  /** Whether the issuer still has a key, as far as is known. */
  has(kid: string): boolean;
}

/**
 * Creates a cache of the keys at a URL. jose's own (`createRemoteJWKSet`, jose 6.2) limits neither the size nor failed attempts, and
 * refuses every token while the issuer is away once the keys are ten minutes old.
 */
export function createKeySet(url: string, log: Logger): KeySet {
  let keys: Keys | undefined;
  let pending: Promise<void> | undefined;
  let attemptedAt = Number.NEGATIVE_INFINITY;
  let refetchedAt = Number.NEGATIVE_INFINITY;
  let failures = 0;

  /** How long the next attempt must wait, in milliseconds. Without any key it comes sooner: nobody can sign in. */
  const waitMs = (): number => attemptedAt + (keys ? cooldownMs : Math.min(cooldownMs, 1_000 * failures)) - performance.now();

  async function load(): Promise<void> {
    attemptedAt = performance.now();
    try {
      keys = await fetchKeys(url);
      failures = 0;
    } catch (err) {
      failures++;
      log.warn({ err, failures }, 'issuer.unavailable');
      throw unavailable(waitMs(), err);
    } finally {
      pending = undefined;
    }
  }
  function loadOnce(): Promise<void> {
    pending ??= load();
    return pending;
  }

  /** Fetches the keys unless that has just been tried. @throws AppError `SERVICE_UNAVAILABLE` when the last attempt failed. */
  async function reload(): Promise<void> {
    if (pending || waitMs() <= 0) await loadOnce();
    else if (failures > 0) throw unavailable(waitMs());
  }

  /** Fetches the keys for an unknown `kid`. @throws AppError `SERVICE_UNAVAILABLE` when the last attempt failed. */
  async function refetch(): Promise<void> {
    const restMs = pending ? 0 : refetchedAt + cooldownMs - performance.now();
    if (restMs <= 0) {
      refetchedAt = performance.now();
      await loadOnce();
    } else if (failures > 0) throw unavailable(restMs);
  }

  function refresh(): void {
    if (keys && ageOf(keys) > refreshAfterMs && !pending && waitMs() <= 0) loadOnce().catch(() => {});
  }

  return {
    find: async (header) => {
      refresh();
      const isUsable = keys && ageOf(keys) <= maxAgeMs;
      if (!isUsable) await reload();
      const key = keys && (await match(keys, header));
      if (key || !isUsable) return key;
      await refetch();
      return keys && match(keys, header);
    },
    has: (kid) => {
      refresh();
      return keys?.kids.has(kid) ?? false;
    },
  };
}

/** In milliseconds. */
const ageOf = ({ fetchedAt }: Keys): number => performance.now() - fetchedAt;

const unavailable = (waitMs: number, cause?: unknown) =>
  new AppError('SERVICE_UNAVAILABLE', {
    message: 'The keys of the token’s issuer are temporarily unavailable.',
    retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
    cause,
  });

async function match({ find }: Keys, header: JWSHeaderParameters): Promise<CryptoKey | undefined> {
  try {
    return await find(header);
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return undefined;
    throw error;
  }
}
