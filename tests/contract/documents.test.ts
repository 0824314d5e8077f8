import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { documents } from '../../scripts/documents.js';

const current = await documents();

describe('contract/documents', () => {
  describe('a committed document', () => {
    it.each(Object.entries(current))('%s is what the sources say: run npm run generate', async (name, text) => {
      expect(await readFile(new URL(`../../${name}`, import.meta.url), 'utf8')).toBe(text);
    });
  });
});
