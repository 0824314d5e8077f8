import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { documents } from '../../scripts/documents.js';

const current = await documents();

describe('the committed API documents', () => {
  describe('after npm run generate', () => {
    it.each(Object.entries(current))('contain an up-to-date %s', async (name, text) => {
      expect(await readFile(new URL(`../../${name}`, import.meta.url), 'utf8')).toBe(text);
    });
  });
});
