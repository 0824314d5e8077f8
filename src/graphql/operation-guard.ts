import { collectFields } from '@graphql-tools/utils';
import {
  type DocumentNode,
  type ExecutionArgs,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { AppError } from '../core/errors.js';
import { unauthenticated } from '../core/identity.js';
import { csrfFault, type GuardedOperation } from '../http/csrf.js';
import type { Exchange } from '../http/exchange.js';
import type { Context } from '../schema/context.js';
import { guardedOperation } from '../schema/token-fields.js';
import { coerceVariables } from '../schema/variables.js';
import { complexityOf, queryLimits, queryTooComplex } from './limits.js';
import { memoizeOperation } from './memoize-operation.js';

/** What an operation asks for. */
interface OperationFacts extends GuardedOperation {
  /** The schema coordinates of its root fields. */
  readonly coordinates: readonly string[];
  readonly complexity: number;
}

type Arguments = Pick<ExecutionArgs, 'document' | 'operationName' | 'variableValues'>;
type Guarded = ExecutionArgs & { readonly contextValue: EngineContext };

/** The context that plugins get: the resolvers', and for GraphQL the request's exchange. */
export type EngineContext = Context & { readonly exchange?: Exchange };

/**
 * Decides before anything runs whether an operation may, and notes on the exchange what it asks for: an invalid token refuses a
 * request with any protected root field, cookies need their protection, and complexity has a limit. Each root field counts for the
 * rate limit. Without a token each protected field fails by itself.
 * @param schema the one that clients query; REST's operations, on another one, are checked by their routes.
 */
export function useOperationGuard(schema: GraphQLSchema): Plugin<EngineContext> {
  const check = createCheck(schema);
  const guard = (args: Guarded, setResult: (result: { errors: readonly GraphQLError[] }) => void): Promise<void> | undefined => {
    const { exchange } = args.contextValue;
    if (!exchange || args.schema !== schema) return undefined;
    const errors = check(args, exchange);
    if (errors) setResult({ errors });
    const furtherFields = exchange.operations.length - 1;
    if (errors || furtherFields < 1) return undefined;
    return exchange.takePoints(furtherFields).catch((error: Error) => setResult({ errors: asErrors(error) }));
  };
  return {
    onExecute: ({ args, setResultAndStopExecution }) => guard(args, setResultAndStopExecution),
    onSubscribe: ({ args, setResultAndStopExecution }) => guard(args, setResultAndStopExecution),
  };
}

const asErrors = (error: Error): readonly GraphQLError[] => [new GraphQLError(error.message, { originalError: error })];

/** @returns makes the errors of an operation that may not run. */
function createCheck(schema: GraphQLSchema): (args: Arguments, exchange: Exchange) => readonly GraphQLError[] | undefined {
  const memoize = memoizeOperation<OperationFacts>();
  return ({ document, operationName, variableValues }, exchange) => {
    const operation = getOperationAST(document, operationName);
    if (!operation) return asErrors(unknownOperation(operationName));
    const variables = variableValues ?? {};
    let invalid: readonly GraphQLError[] | undefined;
    const facts = memoize(document, operation, variables, () => {
      const { coerced, errors } = coerceVariables(schema, operation, variables);
      invalid = errors;
      return coerced && factsOf(schema, document, operation, coerced, variables);
    });
    if (!facts) return invalid;
    exchange.operations = facts.coordinates;
    exchange.noStore = facts.returnsTokens;
    const refusal = refusalOf(facts, exchange);
    if (!refusal) return undefined;
    // What is wrong with variables comes first, whatever is memoized.
    return coerceVariables(schema, operation, variables).errors ?? asErrors(refusal);
  };
}

const isUnavailable = (cause: unknown): cause is AppError => cause instanceof AppError && cause.code === 'SERVICE_UNAVAILABLE';

function refusalOf(facts: OperationFacts, exchange: Exchange): AppError | undefined {
  const { identity } = exchange;
  const { isPublic, complexity } = facts;
  if (identity.kind === 'invalidToken' && !isPublic) return unauthenticated(identity.reason);
  // An issuer whose keys cannot be fetched refuses the request as an invalid token does, with another status.
  if (identity.kind === 'unavailable' && !isPublic && isUnavailable(identity.cause)) return identity.cause;
  const fault = csrfFault(exchange, facts);
  if (fault) return fault;
  return complexity > queryLimits.complexity ? queryTooComplex('complexity', queryLimits.complexity) : undefined;
}

const unknownOperation = (name: string | null | undefined): AppError =>
  new AppError('BAD_REQUEST', {
    message: name ? `Unknown operation named "${name}".` : 'Must provide operation name if query contains multiple operations.',
  });

function factsOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  coerced: Record<string, unknown>,
  variables: Record<string, unknown>,
): OperationFacts {
  const root = schema.getRootType(operation.operation);
  const fragments = Object.fromEntries(
    document.definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
  const collected = root && collectFields(schema, fragments, coerced, root, operation.selectionSet);
  const names = [...(collected?.fields.values() ?? [])].map(([node]) => node?.name.value ?? '');
  // `__typename` and introspection have no field here, and are public.
  const fields = names.flatMap((name) => root?.getFields()[name] ?? []);
  return {
    coordinates: names.map((name) => `${root?.name}.${name}`),
    ...guardedOperation(fields, operation.operation === 'mutation'),
    complexity: complexityOf(schema, document, operation, variables),
  };
}
