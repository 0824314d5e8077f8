import { collectFields } from '@graphql-tools/utils';
import { type DocumentNode, type GraphQLError, type GraphQLSchema, Kind, type OperationDefinitionNode } from 'graphql';
import type { GuardedOperation } from '../http/csrf.js';
import { guardedOperation } from '../schema/token-fields.js';
import { coerceVariables } from '../schema/variables.js';
import { complexityOf } from './limits.js';
import { memoizeOperation } from './memoize-operation.js';

/** What an operation asks for. */
export interface OperationFacts extends GuardedOperation {
  /** The schema coordinates of its root fields, such as `Query.tasks`, one for each alias. */
  readonly coordinates: readonly string[];
  readonly complexity: number;
}

/** An operation of a document, with the variables as the client sent them. */
export interface OperationRequest {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Record<string, unknown>;
}

/** The facts of an operation. */
export interface FactsResult {
  /** Undefined also when the schema has no such operations. */
  readonly facts: OperationFacts | undefined;
  /** What is wrong with the variables. */
  readonly errors: readonly GraphQLError[] | undefined;
}

/**
 * Creates the function that reads the facts of an operation. They are memoized and do not depend on text, so that they may come
 * from an earlier request although a text of this one is invalid: there are no errors then.
 */
export function createOperationFacts(schema: GraphQLSchema): (request: OperationRequest) => FactsResult {
  const memoize = memoizeOperation<OperationFacts>();
  return (request) => {
    let errors: readonly GraphQLError[] | undefined;
    const facts = memoize(request.document, request.operation, request.variables, () => {
      const result = coerceVariables(schema, request.operation, request.variables);
      errors = result.errors;
      return result.coerced && factsOf(schema, request, result.coerced);
    });
    return { facts, errors };
  };
}

function factsOf(
  schema: GraphQLSchema,
  { document, operation, variables }: OperationRequest,
  coerced: Record<string, unknown>,
): OperationFacts | undefined {
  const root = schema.getRootType(operation.operation);
  // Such as a subscription: graphql-js 16 validates it, and refuses to execute it.
  if (!root) return undefined;
  const fragments = Object.fromEntries(
    document.definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
  const { fields } = collectFields(schema, fragments, coerced, root, operation.selectionSet);
  // Grouped by response name; the nodes of a group are the same field.
  const names = [...fields.values()].flatMap(([node]) => node?.name.value ?? []);
  return {
    coordinates: names.map((name) => `${root.name}.${name}`),
    // `__typename` and introspection are not among the fields of the root type, and are public.
    ...guardedOperation(
      names.flatMap((name) => root.getFields()[name] ?? []),
      operation.operation === 'mutation',
    ),
    // It coerces the variables itself.
    complexity: complexityOf(schema, document, operation, variables),
  };
}
