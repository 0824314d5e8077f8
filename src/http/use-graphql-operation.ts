import { collectFields } from '@graphql-tools/utils';
import {
  type DocumentNode,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { AppError } from '../core/errors.js';
import { isForAnyone } from '../graphql/deny-by-default.js';
import { isWithinComplexity } from '../graphql/limits.js';
import { exchangeOf, type ServerContext } from './exchange.js';

/** Operations whose answers carry tokens. */
export const tokenOperations: ReadonlySet<string> = new Set(['Mutation.signup', 'Mutation.login', 'Mutation.refresh']);

/**
 * Answer: decides before anything runs whether an operation may. A token that does not hold refuses a request that
 * asks for anything which is not for anyone; without a token each field answers for itself.
 */
export function useGraphqlOperation(schema: GraphQLSchema): Plugin<object, ServerContext> {
  return {
    onExecute: ({ args, setResultAndStopExecution }) => {
      const { request } = args.contextValue as { request: Request };
      // REST's documents are our own.
      if (args.schema !== schema) return;
      const operation = getOperationAST(args.document, args.operationName);
      if (!operation) return;
      const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], args.variableValues ?? {});
      // What does not fit, execution refuses in its own words.
      if (errors) return;
      const fields = rootFields(schema, args.document, coerced, operation);
      const exchange = exchangeOf(request);
      exchange.operations = fields.map(({ coordinate }) => coordinate);
      exchange.secret = exchange.operations.some((coordinate) => tokenOperations.has(coordinate));
      const refuse = (error: AppError) => setResultAndStopExecution({ errors: [error as never] });
      if (exchange.identity.kind === 'rejected' && fields.some((field) => !field.forAnyone))
        refuse(new AppError('UNAUTHENTICATED'));
      else if (!isWithinComplexity(schema, args.document, operation, args.variableValues ?? {}))
        refuse(new AppError('QUERY_TOO_COMPLEX'));
    },
  };
}

interface RootField {
  readonly coordinate: string;
  readonly forAnyone: boolean;
}

function rootFields(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Record<string, unknown>,
  operation: OperationDefinitionNode,
): RootField[] {
  const root = schema.getRootType(operation.operation);
  if (!root) return [];
  const fragments = Object.fromEntries(
    document.definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
  const collected = collectFields(schema, fragments, { coerced: variables, sources: {} }, root, operation.selectionSet);
  return [...collected.fields.values()].map(([node]) => {
    const name = node?.name.value ?? '';
    const field = root.getFields()[name];
    // `__typename` and introspection are for anyone; so is what was dropped before, which cannot be here.
    return { coordinate: `${root.name}.${name}`, forAnyone: !field || isForAnyone(field) };
  });
}
