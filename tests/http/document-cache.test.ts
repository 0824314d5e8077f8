import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { createDocumentCache } from '../../src/http/document-cache.js';

const document = parse('{ __typename }');

describe('documents that many different clients send', () => {
  it('are remembered up to a million characters in all, the latest first', () => {
    const { documentCache } = createDocumentCache();
    const texts = Array.from({ length: 300 }, (_, n) => `${n} ${'x'.repeat(10_000)}`);
    for (const text of texts) documentCache.set(text, document);
    const kept = texts.filter((text) => documentCache.get(text));
    expect(kept).toEqual(texts.slice(-99));
  });

  it('are not remembered when they are long, nor when they were refused', () => {
    const { documentCache, errorCache } = createDocumentCache();
    documentCache.set('x'.repeat(20_001), document);
    expect(documentCache.get('x'.repeat(20_001))).toBeUndefined();
    errorCache.set();
    expect(errorCache.get()).toBeUndefined();
  });
});
