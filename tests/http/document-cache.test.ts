import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { createDocumentCache } from '../../src/graphql/document-cache.js';
import { openTestApp } from '../support/app.js';
import { query } from '../support/graphql.js';

describe('the document cache', () => {
  const document = parse('{ __typename }');

  describe('with documents from many different clients', () => {
    it('keeps the most recent documents, up to a million characters in total', () => {
      const { documentCache } = createDocumentCache();
      const texts = Array.from({ length: 300 }, (_, n) => `${n} ${'x'.repeat(10_000)}`);
      for (const text of texts) documentCache.set(text, document);
      const kept = texts.filter((text) => documentCache.get(text));
      expect(kept).toEqual(texts.slice(-99));
    });

    it('does not keep long documents or documents that failed', () => {
      const { documentCache, errorCache } = createDocumentCache();
      documentCache.set('x'.repeat(20_001), document);
      expect(documentCache.get('x'.repeat(20_001))).toBeUndefined();
      errorCache.set();
      expect(errorCache.get()).toBeUndefined();
    });

    it('does not grow with the number of documents, valid or invalid', async () => {
      const app = await openTestApp();
      setFlagsFromString('--expose-gc');
      const collect = runInNewContext('gc') as () => void;
      const heap = () => {
        collect();
        return process.memoryUsage().heapUsed / 1e6;
      };
      const before = heap();
      for (let n = 0; n < 100; n++) {
        await query(app.fetch, `{ ${'x'.repeat(90_000)}${n} }`);
        await query(app.fetch, `{ __typename } # ${'x'.repeat(90_000)}${n}`);
        await query(app.fetch, `{ # ${'x'.repeat(90_000)}${n}`);
      }
      expect(heap() - before).toBeLessThan(15);
      await app.close();
    });
  });
});
