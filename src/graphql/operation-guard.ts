import { type ExecutionArgs, GraphQLError, type GraphQLSchema, getOperationAST } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { AppError } from '../core/errors.js';
import { type Identity, unauthenticated } from '../core/identity.js';
import { csrfFault } from '../http/csrf.js';
import type { Exchange } from '../http/exchange.js';
import type { Context } from '../schema/context.js';
import { coerceVariables } from '../schema/variables.js';
import { queryLimits, queryTooComplex } from './limits.js';
import { createOperationFacts, type OperationFacts } from './operation-facts.js';

/** The context that plugins get: the resolvers', and for a GraphQL request its exchange. REST's operations have none. */
export type EngineContext = Context & { readonly exchange?: Exchange };

/** What Envelop's `onExecute` and `onSubscribe` get, as far as it is needed. */
interface Execution {
  readonly args: ExecutionArgs & { readonly contextValue: EngineContext };
  readonly setResultAndStopExecution: (result: { errors: readonly GraphQLError[] }) => void;
}

/**
 * Checks each operation of a client before a resolver runs. It refuses the whole operation with
 * - `UNAUTHENTICATED`, when the token is invalid and a root field is protected. Without a token the operation runs, and each
 *   protected field has an error;
 * - `SERVICE_UNAVAILABLE`, when the keys of the token's issuer cannot be fetched and a root field is protected. When a session
 *   cannot be looked up, each protected field has an error, as with any fault of the database;
 * - `CSRF_FAILED`, see `csrfFault`;
 * - `QUERY_TOO_COMPLEX`;
 * - `RATE_LIMITED`: each root field takes a point of the rate limit, and the middleware took the first.
 *
 * It sets `operations` and `noStore` of the exchange. For REST, `rest/handler.ts` makes these checks.
 */
export function useOperationGuard(schema: GraphQLSchema): Plugin<EngineContext> {
  const factsOf = createOperationFacts(schema);
  function guard({ args, setResultAndStopExecution }: Execution): Promise<void> | undefined {
    const { exchange } = args.contextValue;
    if (!exchange) return undefined;
    const refuse = (errors: readonly GraphQLError[]): undefined => void setResultAndStopExecution({ errors });
    const { document, operationName } = args;
    const operation = getOperationAST(document, operationName);
    if (!operation) return refuse([asGraphqlError(noSuchOperation(operationName))]);
    const variables = args.variableValues ?? {};
    const { facts, errors } = factsOf({ document, operation, variables });
    if (errors) return refuse(errors);
    if (!facts) return undefined;
    exchange.operations = facts.coordinates;
    exchange.noStore = facts.returnsTokens;
    const error = errorOf(facts, exchange);
    // What is wrong with the variables comes first.
    if (error) return refuse(coerceVariables(schema, operation, variables).errors ?? [asGraphqlError(error)]);
    const morePoints = facts.coordinates.length - 1;
    if (morePoints < 1) return undefined;
    return exchange.takePoints(morePoints).catch((rejection: Error) => refuse([asGraphqlError(rejection)]));
  }
  return { onExecute: guard, onSubscribe: guard };
}

const asGraphqlError = (error: Error): GraphQLError => new GraphQLError(error.message, { originalError: error });

function errorOf(facts: OperationFacts, exchange: Exchange): AppError | undefined {
  const error = (facts.isPublic ? undefined : tokenError(exchange.identity)) ?? csrfFault(exchange, facts);
  if (error) return error;
  return facts.complexity > queryLimits.complexity ? queryTooComplex('complexity') : undefined;
}

function tokenError(identity: Identity): AppError | undefined {
  if (identity.kind === 'invalidToken') return unauthenticated(identity.reason);
  if (identity.kind !== 'unavailable') return undefined;
  const { cause } = identity;
  return cause instanceof AppError && cause.code === 'SERVICE_UNAVAILABLE' ? cause : undefined;
}

const noSuchOperation = (name: string | null | undefined): AppError =>
  new AppError('BAD_REQUEST', {
    message: name ? `Unknown operation named "${name}".` : 'Must provide operation name if query contains multiple operations.',
  });
