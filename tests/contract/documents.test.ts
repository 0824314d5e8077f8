import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { documents } from '../../scripts/documents.js';

const current = await documents();

describe('the committed API documents', () => {
  describe('match the sources (npm run generate updates them):', () => {
    it.each(Object.entries(current))('%s', async (name, text) => {
      expect(await readFile(new URL(`../../${name}`, import.meta.url), 'utf8')).toBe(text);
    });
  });
});
