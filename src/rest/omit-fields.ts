import { type DocumentNode, Kind, type OperationDefinitionNode } from 'graphql';
import type { ExecutableOperation } from './operation.js';

/**
 * Makes the documents of an operation without the fields that a request omits (`?total=false`): what is not selected is not
 * read. Each is made once, so that it is compiled once.
 */
export function createOmitFields({ document, optional }: ExecutableOperation): (query: URLSearchParams) => DocumentNode {
  const documents = new Map<string, DocumentNode>([['', document]]);
  return (query) => {
    const omitted = optional.filter((name) => query.get(name) === 'false');
    const key = omitted.join();
    const shorter = documents.get(key) ?? without(document, omitted);
    documents.set(key, shorter);
    return shorter;
  };
}

/** Omits fields of the root field's own selection; a field with the same name further down stays. */
function without(document: DocumentNode, names: readonly string[]): DocumentNode {
  const operation = document.definitions[0] as OperationDefinitionNode;
  const [root] = operation.selectionSet.selections;
  if (root?.kind !== Kind.FIELD || !root.selectionSet) return document;
  const selections = root.selectionSet.selections.filter((node) => node.kind !== Kind.FIELD || !names.includes(node.name.value));
  const shorter = { ...root, selectionSet: { ...root.selectionSet, selections } };
  return {
    ...document,
    definitions: [{ ...operation, selectionSet: { ...operation.selectionSet, selections: [shorter] } }],
  };
}
