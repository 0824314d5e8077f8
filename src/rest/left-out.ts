import { type DocumentNode, visit } from 'graphql';
import type { Operation } from './operation.js';

const documents = new WeakMap<DocumentNode, Map<string, DocumentNode>>();

/**
 * The document of a request: without the fields of the answer that it does not want (`?total=false`), so that in REST, too,
 * what is not selected is not read. The same document each time, so that it is compiled but once.
 */
export function leaveOut(document: DocumentNode, { optional }: Operation, query: URLSearchParams): DocumentNode {
  const unwanted = optional.filter((name) => query.get(name) === 'false');
  if (unwanted.length === 0) return document;
  const known = documents.get(document) ?? new Map<string, DocumentNode>();
  documents.set(document, known);
  const shorter = known.get(unwanted.join()) ?? without(document, unwanted);
  known.set(unwanted.join(), shorter);
  return shorter;
}

/** Of the root field's own fields alone: what has the same name further down stays. */
function without(document: DocumentNode, names: readonly string[]): DocumentNode {
  let depth = 0;
  return visit(document, {
    Field: {
      enter: ({ name }) => {
        if (depth === 1 && names.includes(name.value)) return null;
        depth++;
        return undefined;
      },
      leave: () => {
        depth--;
      },
    },
  });
}
