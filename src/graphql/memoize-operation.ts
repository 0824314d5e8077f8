import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import { LRUCache } from 'lru-cache';

/** Results that are kept for one document: clients send few different numbers. */
const maxPerDocument = 50;
/** A longer key comes from lists of numbers or from nested input, and is not worth keeping. */
const maxKeyLength = 200;

/**
 * Memoizes a function of an operation and its variables, as long as its document lives. Of the variables only numbers and
 * booleans can change the result: text neither counts nor decides what is selected.
 * @returns looks up, or computes; undefined is not kept.
 */
export function memoizeOperation<T extends object>() {
  const byDocument = new WeakMap<DocumentNode, LRUCache<string, T>>();
  type Compute = () => T | undefined;
  return (
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Record<string, unknown>,
    compute: Compute,
  ): T | undefined => {
    const key = keyOf(operation, variables);
    if (key === undefined) return compute();
    const cache = byDocument.get(document) ?? new LRUCache<string, T>({ max: maxPerDocument });
    byDocument.set(document, cache);
    const cached = cache.get(key);
    if (cached) return cached;
    const result = compute();
    if (result) cache.set(key, result);
    return result;
  };
}

/**
 * Of the declared variables, in their order: others change nothing, and a client chooses their names.
 * @returns undefined for what is too long.
 */
function keyOf(
  { name, variableDefinitions = [] }: OperationDefinitionNode,
  variables: Record<string, unknown>,
): string | undefined {
  let key = name?.value ?? '';
  for (const { variable } of variableDefinitions) {
    const isPresent = Object.hasOwn(variables, variable.name.value);
    const value = variables[variable.name.value];
    if (isPresent && typeof value === 'object' && value !== null && !isFlat(value)) return undefined;
    key += ` ${isPresent ? describe(value) : 'absent'}`;
    if (key.length > maxKeyLength) return undefined;
  }
  return key;
}

const isFlat = (value: object): boolean => Object.values(value).every((member) => typeof member !== 'object' || member === null);

const describe = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return scalar(value);
  return `{${Object.entries(value)
    .map(([name, member]) => `${name}:${scalar(member)}`)
    .join()}}`;
};

const scalar = (value: unknown): string => (typeof value === 'string' ? '""' : String(value));
