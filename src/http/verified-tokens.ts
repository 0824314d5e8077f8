import { LRUCache } from 'lru-cache';
import type { Viewer } from '../core/viewer.js';

/** Tokens remembered at most; only those that hold are, so that nobody but their signer can fill this. */
const remembered = 20_000;

/** Tokens that were verified, each until it expires. */
export interface VerifiedTokens {
  /** Whom a token speaks of that is known to hold. */
  get(token: string): Viewer | undefined;
  set(token: string, viewer: Viewer, expiresAtSeconds: number): void;
}

/**
 * Remembers verified tokens, so that a signature is checked once: what held once holds until it expires. It says nothing
 * of the session, which is looked up for every request.
 */
export function createVerifiedTokens(): VerifiedTokens {
  const known = new LRUCache<string, Viewer & { readonly expiresAt: number }>({ max: remembered });
  return {
    get: (token) => {
      const found = known.get(token);
      // RFC 7519 §4.1.4: on or after its time a token must not be accepted.
      if (!found || Math.floor(Date.now() / 1000) >= found.expiresAt) return undefined;
      // A new one for each request: loaders are tied to it.
      return { userId: found.userId, sessionId: found.sessionId };
    },
    set: (token, viewer, expiresAt) => {
      known.set(token, { ...viewer, expiresAt });
    },
  };
}
