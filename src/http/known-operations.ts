import type { DocumentNode } from 'graphql';

/** What is remembered of one document at most: clients send few different numbers. */
const remembered = 50;

/**
 * Remembers what was found out about an operation, as long as its document is: by its name, and by what of its variables
 * can matter. Text cannot: it names a task or says what to do, and neither counts nor decides what is answered.
 * @returns looks up, or finds out: by the document, the operation's name, and its coerced variables.
 */
export function rememberOperations<T>() {
  const byDocument = new WeakMap<DocumentNode, Map<string, T>>();
  return (document: DocumentNode, name: string | null | undefined, variables: object, findOut: () => T): T => {
    const known = byDocument.get(document) ?? new Map<string, T>();
    byDocument.set(document, known);
    const key = `${name ?? ''} ${JSON.stringify(variables, withoutText)}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    if (known.size >= remembered) known.clear();
    const asked = findOut();
    known.set(key, asked);
    return asked;
  };
}

const withoutText = (_name: string, value: unknown): unknown => (typeof value === 'string' ? '' : value);
