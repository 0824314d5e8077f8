import jwt from 'jsonwebtoken';
import { LRUCache } from 'lru-cache';
import type { Identity } from '../core/identity.js';
import type { Viewer } from '../core/viewer.js';
import type { Sessions } from './sessions.js';
import { accessTokenVerification, type Tokens, viewerOf } from './tokens.js';

/** Longer than any token of ours. */
const maxTokenLength = 4096;

/** Makes the function that finds out who an access token speaks for. */
export function createAuthenticate({ accessKey }: Pick<Tokens, 'accessKey'>, sessions: Pick<Sessions, 'isLive'>) {
  const cache = new LRUCache<string, Viewer & { readonly exp: number }>({ max: 20_000 });
  function verify(token: string): Viewer | undefined {
    const cached = cache.get(token);
    if (cached && Math.floor(Date.now() / 1000) < cached.exp) return cached;
    try {
      const payload = jwt.verify(token, accessKey, { ...accessTokenVerification, algorithms: ['HS256'] });
      const viewer = viewerOf(payload);
      if (viewer) cache.set(token, { ...viewer, exp: (payload as { exp: number }).exp });
      return viewer;
    } catch {
      return undefined;
    }
  }
  return async (token: string): Promise<Identity> => {
    const viewer = token.length <= maxTokenLength ? verify(token) : undefined;
    if (!viewer) return { kind: 'invalidToken', reason: 'invalid' };
    try {
      const isLive = await sessions.isLive(viewer);
      return isLive
        ? { kind: 'authenticated', viewer: { userId: viewer.userId, sessionId: viewer.sessionId } }
        : { kind: 'invalidToken', reason: 'revoked' };
    } catch (cause) {
      return { kind: 'unavailable', cause };
    }
  };
}
