import {
  type ASTNode,
  BREAK,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  type SourceLocation,
  visit,
} from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';

/** Compiled documents that are kept at most: of the documents of one's own clients all fit. */
const kept = 200;
/** A document is compiled when it comes for this time: what comes once is not worth the milliseconds. */
const worthwhile = 3;

/** What is to be executed. */
interface Execution extends ExecutionArgs {
  /** The variables are known to fit their definitions. */
  readonly variablesFit?: boolean;
}

/** Executes an operation. */
export type Execute = (args: Execution) => Promise<ExecutionResult> | ExecutionResult;

/**
 * Makes an executor that compiles the documents that come again to functions (graphql-jit 0.8), and leaves the others to
 * graphql-js. What does not fit the variables is for graphql-js too: it says better what is wrong.
 */
export function createExecutor(): Execute {
  const uses = new WeakMap<DocumentNode, number>();
  const compiled = new LRUCache<DocumentNode, Compiled>({ max: kept });

  /** What a document was compiled to, once it is worth it; undefined while graphql-js is to execute it. */
  function compiledFor({ schema, document }: ExecutionArgs): Compiled | undefined {
    const known = compiled.get(document);
    if (known) return known;
    const count = (uses.get(document) ?? 0) + 1;
    uses.set(document, count);
    const operation = count === worthwhile ? plainOperation(document) : undefined;
    const result = operation && compileQuery(schema, document);
    if (operation && result && isCompiledQuery(result)) compiled.set(document, { operation, run: result.query });
    return compiled.get(document);
  }

  return (args) => {
    const found = compiledFor(args);
    if (!found || !isNamed(found.operation, args) || !(args.variablesFit || doVariablesFit(found.operation, args)))
      return execute(args);
    const result = found.run(args.rootValue, args.contextValue, args.variableValues);
    return result instanceof Promise ? result.then((settled) => finish(settled, args)) : finish(result, args);
  };
}

interface Compiled {
  readonly operation: OperationDefinitionNode;
  readonly run: CompiledQuery['query'];
}

/** graphql-jit takes no notice of the name. */
const isNamed = ({ name }: OperationDefinitionNode, { operationName }: ExecutionArgs): boolean =>
  operationName == null || name?.value === operationName;

/** By graphql-js: graphql-jit takes a list for an input object. */
function doVariablesFit(
  { variableDefinitions = [] }: OperationDefinitionNode,
  { schema, variableValues }: ExecutionArgs,
): boolean {
  return variableDefinitions.length === 0 || !getVariableValues(schema, variableDefinitions, variableValues ?? {}).errors;
}

/** Never executes again with graphql-js: a mutation may have run. */
function finish(result: ExecutionResult, args: ExecutionArgs): ExecutionResult {
  return result.errors ? { ...result, errors: result.errors.map((error) => placed(error, args.document)) } : result;
}

/**
 * graphql-jit's errors know line and column; graphql-js' know the place in the source, and so do the errors we make of them.
 * Behind one that nobody threw (`null` was, or was answered where it must not be) stands an error all the same: it is ours.
 */
function placed({ message, path, originalError, locations = [] }: GraphQLError, { loc }: DocumentNode): GraphQLError {
  const cause = originalError ?? new Error(message || 'nothing was thrown');
  const where = loc && { source: loc.source, positions: locations.map((location) => offsetOf(loc.source.body, location)) };
  return new GraphQLError(message, { ...where, path, originalError: cause });
}

function offsetOf(text: string, { line, column }: SourceLocation): number {
  const ends = [...text.matchAll(/\r\n|[\n\r]/g)].map((end) => end.index + end[0].length);
  return (line === 1 ? 0 : (ends[line - 2] as number)) + column - 1;
}

/**
 * The operation of a document for which graphql-jit (0.8.9) and graphql-js agree, by a positive list: one operation with one root
 * field, no alias, directive, fragment or default, and each variable a whole argument. Outside it graphql-jit runs the first of
 * several operations, drops fields of conditional fragments (zalando-incubator/graphql-jit#111), confuses aliases with paths,
 * and makes `null` of an absent variable inside an object or a list (#230).
 */
function plainOperation(document: DocumentNode): OperationDefinitionNode | undefined {
  const [operation, ...others] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION || others.length > 0) return undefined;
  if (operation.selectionSet.selections.length !== 1) return undefined;
  let isPlain = true;
  const stop = () => {
    isPlain = false;
    return BREAK;
  };
  visit(operation, {
    Directive: stop,
    FragmentSpread: stop,
    InlineFragment: stop,
    Field: ({ alias }) => (alias ? stop() : undefined),
    VariableDefinition: ({ defaultValue }) => (defaultValue ? stop() : false),
    Variable: (_node, _key, parent) => (isArgument(parent) ? undefined : stop()),
  });
  return isPlain ? operation : undefined;
}

const isArgument = (parent: ASTNode | readonly ASTNode[] | undefined): boolean =>
  parent !== undefined && 'kind' in parent && parent.kind === Kind.ARGUMENT;
