import { describe, expect, it } from '@jest/globals';
import { rateLimitKey } from '../../src/server/middleware/client-address.js';

describe('the rate limit key', () => {
  describe('of the address', () => {
    it.each([
      ['203.0.113.9', '203.0.113.9'],
      ['::ffff:203.0.113.9', '203.0.113.9'],
      ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
      ['2001:db8:1:2:ffff::1', '2001:db8:1:2::/64'],
      [undefined, 'unknown'],
      ['nonsense', 'unknown'],
    ])('%s is %s', (address, key) => {
      expect(rateLimitKey(address)).toBe(key);
    });
  });
});
