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
import { rememberOperations } from './known-operations.js';

/** Operations whose answers carry tokens. */
export const tokenOperations: ReadonlySet<string> = new Set(['Mutation.signup', 'Mutation.login', 'Mutation.refresh']);

/**
 * Answer: decides before anything runs whether an operation may. A token that does not hold refuses a request that
 * asks for anything which is not for anyone; without a token each field answers for itself.
 */
export function useGraphqlOperation(schema: GraphQLSchema): Plugin<object, ServerContext> {
  const remember = rememberOperations<Asked>();
  return {
    onExecute: ({ args, setResultAndStopExecution }) => {
      const { request } = args.contextValue as { request: Request };
      // REST's documents are our own.
      if (args.schema !== schema) return;
      const { document, operationName, variableValues = {} } = args;
      const operation = getOperationAST(document, operationName);
      if (!operation) return;
      const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variableValues);
      // What does not fit, execution refuses in its own words.
      if (errors) return;
      const asked = remember(document, operationName, coerced, () => ({
        ...rootFields(schema, document, coerced, operation),
        isWithinComplexity: isWithinComplexity(schema, document, operation, variableValues),
      }));
      const exchange = exchangeOf(request);
      exchange.operations = asked.coordinates;
      exchange.secret = asked.isSecret;
      const refuse = (error: AppError) => setResultAndStopExecution({ errors: [error as never] });
      if (exchange.identity.kind === 'rejected' && !asked.isForAnyone) refuse(new AppError('UNAUTHENTICATED'));
      else if (!asked.isWithinComplexity) refuse(new AppError('QUERY_TOO_COMPLEX'));
    },
  };
}

/** The root fields that a request asks for. */
interface RootFields {
  readonly coordinates: readonly string[];
  /** All of them are for anyone. */
  readonly isForAnyone: boolean;
  /** One of them answers tokens. */
  readonly isSecret: boolean;
}

interface Asked extends RootFields {
  readonly isWithinComplexity: boolean;
}

function rootFields(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Record<string, unknown>,
  operation: OperationDefinitionNode,
): RootFields {
  const root = schema.getRootType(operation.operation);
  const fragments = Object.fromEntries(
    document.definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
  const collected = root && collectFields(schema, fragments, { coerced: variables, sources: {} }, root, operation.selectionSet);
  const names = [...(collected?.fields.values() ?? [])].map(([node]) => node?.name.value ?? '');
  const coordinates = names.map((name) => `${root?.name}.${name}`);
  return {
    coordinates,
    // `__typename` and introspection are for anyone; so is what was dropped before, which cannot be here.
    isForAnyone: names.every((name) => {
      const field = root?.getFields()[name];
      return !field || isForAnyone(field);
    }),
    isSecret: coordinates.some((coordinate) => tokenOperations.has(coordinate)),
  };
}
