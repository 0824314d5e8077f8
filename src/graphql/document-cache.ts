import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';

/** Characters of the documents that are kept; a parsed document takes up to a hundred times its text. */
const maxCharacters = 1_000_000;
/** A longer document is not kept: it would displace many that come again. */
const maxDocumentLength = 20_000;

/**
 * Parsed documents by their texts, for Yoga. Yoga's own cache (graphql-yoga 5.24) keeps a thousand of whatever size, and a
 * thousand more that failed to parse: of documents just below the body limit that is more than half a gigabyte.
 */
export const createDocumentCache = () => ({
  documentCache: new LRUCache<string, DocumentNode>({
    maxSize: maxCharacters,
    maxEntrySize: maxDocumentLength,
    sizeCalculation: (_document, text) => Math.max(1, text.length),
  }),
  errorCache: { get: () => undefined, set: () => {} },
});
