import { describe, expect, it } from '@jest/globals';
import { toRfc3339 } from '../../src/db/moments.js';

describe('toRfc3339', () => {
  describe('converts a UTC time that PostgreSQL returns in a column or in JSON:', () => {
    it.each([
      ['2025-12-14 10:00:00+00', '2025-12-14T10:00:00.000Z'],
      ['2025-12-14 10:00:00.1+00', '2025-12-14T10:00:00.100Z'],
      ['2025-12-14 10:00:00.12+00', '2025-12-14T10:00:00.120Z'],
      ['2025-12-14 10:00:00.123+00', '2025-12-14T10:00:00.123Z'],
      ['2025-12-14T10:00:00+00:00', '2025-12-14T10:00:00.000Z'],
      ['2025-12-14T10:00:00.123+00:00', '2025-12-14T10:00:00.123Z'],
      ['2025-12-14T10:00:00.12+00:00', '2025-12-14T10:00:00.120Z'],
    ])('%s is %s', (text, moment) => {
      expect(toRfc3339(text)).toBe(moment);
    });
  });
});
