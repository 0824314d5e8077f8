import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { createTokenCache } from '../../src/accounts/token-cache.js';

describe('data/token-cache', () => {
  describe('a token that was verified once', () => {
    const viewer = { userId: 'user_1', sessionId: 'session_1' };
    const expiresAt = 1_900_000_000;
    afterEach(() => {
      jest.restoreAllMocks();
    });

    it('is known until the second in which it expires', () => {
      const clock = jest.spyOn(Date, 'now').mockReturnValue((expiresAt - 1) * 1000);
      const tokens = createTokenCache();
      tokens.set('a.b.c', viewer, expiresAt);
      expect(tokens.get('a.b.c')).toEqual(viewer);
      clock.mockReturnValue(expiresAt * 1000 - 1);
      expect(tokens.get('a.b.c')).toEqual(viewer);
      clock.mockReturnValue(expiresAt * 1000);
      expect(tokens.get('a.b.c')).toBeUndefined();
    });

    it('speaks for itself alone, to the last character', () => {
      const tokens = createTokenCache();
      tokens.set('a.b.c', viewer, expiresAt);
      for (const other of ['a.b.d', 'a.b.', 'A.b.c', 'a.b.c=']) expect(tokens.get(other)).toBeUndefined();
    });

    it('names a new viewer for every request, so that no loader is shared', () => {
      const tokens = createTokenCache();
      tokens.set('a.b.c', viewer, expiresAt);
      expect(tokens.get('a.b.c')).not.toBe(tokens.get('a.b.c'));
    });
  });
});
