import { type ASTNode, BREAK, type DocumentNode, Kind, type OperationDefinitionNode, visit } from 'graphql';

/**
 * The operation of a document that graphql-jit (0.8.9) executes like graphql-js, by a positive list: one operation with one root
 * field, no alias, directive, fragment or default, and each variable a whole argument. Outside it graphql-jit runs the first of
 * several operations, drops fields of conditional fragments (zalando-incubator/graphql-jit#111), confuses aliases with paths,
 * and makes `null` of an absent variable inside an object or a list (#230).
 */
export function jitSafeOperation(document: DocumentNode): OperationDefinitionNode | undefined {
  const [operation, ...others] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION || others.length > 0) return undefined;
  if (operation.selectionSet.selections.length !== 1) return undefined;
  let isSafe = true;
  const stop = () => {
    isSafe = false;
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
  return isSafe ? operation : undefined;
}

const isArgument = (parent: ASTNode | readonly ASTNode[] | undefined): boolean =>
  parent !== undefined && 'kind' in parent && parent.kind === Kind.ARGUMENT;
