import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';

/** Characters of documents that are remembered at most; a parsed one takes up to a hundred times its text. */
const remembered = 1_000_000;
/** A longer document is not remembered: it would push out many that come again. */
const longest = 20_000;

/**
 * Parsed documents by their texts. Yoga's own (graphql-yoga 5.24) keeps a thousand of whatever size, and a thousand
 * more that it refused: of documents just below the longest body that is more than half a gigabyte.
 */
export const createDocumentCache = () => ({
  documentCache: new LRUCache<string, DocumentNode>({
    maxSize: remembered,
    maxEntrySize: longest,
    sizeCalculation: (_document, text) => Math.max(1, text.length),
  }),
  errorCache: { get: () => undefined, set: () => {} },
});
