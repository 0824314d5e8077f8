import { LRUCache } from 'lru-cache';
import type { Viewer } from '../../core/viewer.js';

/** Only verified tokens are cached, so that nobody but their signers can fill the cache. */
const maxTokens = 20_000;
/** In characters: tokens of other issuers can be long. */
const maxSize = 32_000_000;

/** Verified access tokens, each until it expires. */
export interface TokenCache {
  /** @returns the user and session of a token that was verified before and has not expired. */
  get(token: string): Viewer | undefined;
  /** @param expiresAt the token's `exp`, in seconds since the epoch. */
  set(token: string, viewer: Viewer, expiresAt: number): void;
}

/**
 * Creates a cache of verified tokens, so that each signature is checked once. It says nothing of the session, which is looked
 * up for every request.
 */
export function createTokenCache(): TokenCache {
  const sizeCalculation = (_entry: unknown, token: string) => token.length;
  const verified = new LRUCache<string, { viewer: Viewer; expiresAt: number }>({ max: maxTokens, maxSize, sizeCalculation });
  return {
    get: (token) => {
      const entry = verified.get(token);
      // RFC 7519 §4.1.4: a token must not be accepted on or after its expiration time.
      if (!entry || Math.floor(Date.now() / 1000) >= entry.expiresAt) return undefined;
      return entry.viewer;
    },
    set: (token, viewer, expiresAt) => {
      verified.set(token, { viewer, expiresAt });
    },
  };
}
