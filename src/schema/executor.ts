import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
  type SourceLocation,
} from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import { jitSafeOperation } from './jit-safe-operation.js';
import { coerceVariables } from './variables.js';

/** Compiled documents that are kept: those of an application's own clients fit. */
const maxCompiled = 200;
/** A document is compiled at its third use: one that comes once is not worth the milliseconds. */
const compileAfterUses = 3;

/** An operation whose document was validated against its schema. */
export interface Operation {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly variableValues?: Readonly<Record<string, unknown>>;
}

/** Executes an operation. */
export type Execute = (args: ExecutionArgs) => Promise<ExecutionResult> | ExecutionResult;

interface CompiledOperation {
  readonly operation: OperationDefinitionNode;
  readonly run: CompiledQuery['query'];
}

/**
 * Makes an executor: graphql-js, and for documents that come again and that both execute alike, functions compiled by
 * graphql-jit 0.8 (docs/decisions/graphql-jit.md). An operation is never executed twice.
 */
export function createExecutor(): Execute {
  const uses = new WeakMap<DocumentNode, number>();
  const compiled = new LRUCache<DocumentNode, CompiledOperation>({ max: maxCompiled });

  /** @returns undefined while graphql-js is to execute the document. */
  function compiledFor({ schema, document }: ExecutionArgs): CompiledOperation | undefined {
    const cached = compiled.get(document);
    if (cached) return cached;
    const count = (uses.get(document) ?? 0) + 1;
    uses.set(document, count);
    const operation = count === compileAfterUses ? jitSafeOperation(document) : undefined;
    const result = operation && compileQuery(schema, document);
    if (operation && result && isCompiledQuery(result)) compiled.set(document, { operation, run: result.query });
    return compiled.get(document);
  }

  return (args) => {
    const errors = variableErrors(args);
    if (errors) return { errors };
    const compiledOperation = compiledFor(args);
    if (!compiledOperation || !isNamed(compiledOperation.operation, args)) return execute({ hideSuggestions: true, ...args });
    const result = compiledOperation.run(args.rootValue, args.contextValue, args.variableValues);
    return result instanceof Promise ? result.then((settled) => withLocations(settled, args)) : withLocations(result, args);
  };
}

/** graphql-jit ignores the operation's name. */
const isNamed = ({ name }: OperationDefinitionNode, { operationName }: ExecutionArgs): boolean =>
  operationName == null || name?.value === operationName;

/** By graphql-js, which says what is wrong: graphql-jit accepts a list for an input object. */
function variableErrors({ schema, document, operationName, variableValues }: ExecutionArgs): readonly GraphQLError[] | undefined {
  const operation = getOperationAST(document, operationName);
  return operation?.variableDefinitions?.length ? coerceVariables(schema, operation, variableValues).errors : undefined;
}

const withLocations = (result: ExecutionResult, { document }: ExecutionArgs): ExecutionResult =>
  result.errors ? { ...result, errors: result.errors.map((error) => withLocation(error, document)) } : result;

/**
 * graphql-jit's errors have a line and a column, graphql-js' a position in the source. An error that nobody threw (`null` in a
 * non-null field) gets an original error, so that it counts as unexpected.
 */
function withLocation({ message, path, originalError, locations = [] }: GraphQLError, { loc }: DocumentNode): GraphQLError {
  const original = originalError ?? new Error(message || 'nothing was thrown');
  const location = loc && { source: loc.source, positions: locations.map((position) => offsetOf(loc.source.body, position)) };
  return new GraphQLError(message, { ...location, path, originalError: original });
}

function offsetOf(text: string, { line, column }: SourceLocation): number {
  const lineStarts = [0, ...[...text.matchAll(/\r\n|[\n\r]/g)].map((end) => end.index + end[0].length)];
  return (lineStarts[line - 1] ?? 0) + column - 1;
}
