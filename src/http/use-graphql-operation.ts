import { collectFields } from '@graphql-tools/utils';
import {
  type DocumentNode,
  type ExecutionArgs,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { AppError } from '../core/errors.js';
import { isWithinComplexity } from '../graphql/limits.js';
import { isPublic } from '../schema/public-fields.js';
import { type Exchange, exchangeOf, type ServerContext } from './exchange.js';
import { rememberOperations } from './known-operations.js';

/** Operations whose answers carry tokens. */
export const tokenOperations: ReadonlySet<string> = new Set(['Mutation.signup', 'Mutation.login', 'Mutation.refresh']);

/** What a request wants executed. */
type OperationArgs = Pick<ExecutionArgs, 'document' | 'operationName' | 'variableValues'>;

/**
 * Decides before anything runs whether an operation may, and notes on its exchange what it asks for. A token that does
 * not hold refuses a request that asks for anything which is not for anyone; without a token each field answers for itself.
 */
export type Judge = (args: OperationArgs, exchange: Exchange) => Verdict;

/** Why an operation may not run, if so, and whether its variables fit: what does not, execution refuses in its own words. */
interface Verdict {
  readonly refusal?: AppError | undefined;
  readonly variablesFit: boolean;
}

/** Makes the judge of a schema's operations. */
export function createJudge(schema: GraphQLSchema): Judge {
  const remember = rememberOperations<Asked>();
  return ({ document, operationName, variableValues }, exchange) => {
    const variables = variableValues ?? {};
    const operation = getOperationAST(document, operationName);
    // What cannot be judged must not run.
    if (!operation) return { refusal: noSuchOperation(operationName), variablesFit: false };
    const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
    if (errors) return { variablesFit: false };
    const asked = remember(document, operationName, coerced, () => ({
      ...rootFields(schema, document, coerced, operation),
      isWithinComplexity: isWithinComplexity(schema, document, operation, variables),
    }));
    exchange.operations = asked.coordinates;
    exchange.secret = asked.isSecret;
    return { refusal: refusalOf(asked, exchange), variablesFit: true };
  };
}

const noSuchOperation = (name: string | null | undefined): AppError =>
  new AppError('BAD_REQUEST', {
    message: name ? `Unknown operation named "${name}".` : 'Must provide operation name if query contains multiple operations.',
  });

function refusalOf(asked: Asked, { identity }: Exchange): AppError | undefined {
  if (identity.kind === 'invalidToken' && !asked.isPublic) return new AppError('UNAUTHENTICATED');
  return asked.isWithinComplexity ? undefined : new AppError('QUERY_TOO_COMPLEX');
}

/** Answer: lets nothing run that the judge refuses. */
export function useGraphqlOperation(judge: Judge): Plugin<object, ServerContext> {
  return {
    onExecute: ({ args, setResultAndStopExecution }) => {
      const { refusal } = judge(args, exchangeOf((args.contextValue as { request: Request }).request));
      if (refusal) setResultAndStopExecution({ errors: [refusal as never] });
    },
  };
}

/** The root fields that a request asks for. */
interface RootFields {
  readonly coordinates: readonly string[];
  /** All of them are for anyone. */
  readonly isPublic: boolean;
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
    isPublic: names.every((name) => {
      const field = root?.getFields()[name];
      return !field || isPublic(field);
    }),
    isSecret: coordinates.some((coordinate) => tokenOperations.has(coordinate)),
  };
}
