import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { createTokenCache } from '../../src/accounts/tokens/token-cache.js';

describe('the token cache', () => {
  describe('with a verified token', () => {
    const viewer = { userId: 'user_1', sessionId: 'session_1' };
    const expiresAt = 1_900_000_000;
    afterEach(() => {
      jest.restoreAllMocks();
    });

    it('returns it until the second in which it expires', () => {
      const clock = jest.spyOn(Date, 'now').mockReturnValue((expiresAt - 1) * 1000);
      const tokens = createTokenCache();
      tokens.set('a.b.c', viewer, expiresAt);
      expect(tokens.get('a.b.c')).toEqual(viewer);
      clock.mockReturnValue(expiresAt * 1000 - 1);
      expect(tokens.get('a.b.c')).toEqual(viewer);
      clock.mockReturnValue(expiresAt * 1000);
      expect(tokens.get('a.b.c')).toBeUndefined();
    });

    it('returns it only for the identical token, to the last character', () => {
      const tokens = createTokenCache();
      tokens.set('a.b.c', viewer, expiresAt);
      for (const other of ['a.b.d', 'a.b.', 'A.b.c', 'a.b.c=']) expect(tokens.get(other)).toBeUndefined();
    });
  });
});
