import { GraphQLError } from 'graphql';
import { type ErrorCode, errorCatalogue } from '../core/error-catalogue.js';
import { AppError } from '../core/errors.js';
import type { Logger } from '../core/log.js';
import { databaseFault } from '../db/faults.js';

/**
 * Finds the error of the catalogue that a thrown thing stands for. What nobody foresaw is logged with its cause and
 * becomes a constant `INTERNAL_SERVER_ERROR`.
 * @param requestId ties the log line to the answer.
 */
export function toAppError(error: unknown, log: Logger, requestId: string): AppError {
  const thrown = thrownBehind(error);
  if (thrown instanceof AppError) {
    // What is wrong with a request is its sender's business, what is wrong with us is the operator's.
    if (thrown.status >= 500 && thrown.cause)
      log.warn({ requestId, code: thrown.code, err: thrown.cause }, 'a request was not served');
    return thrown;
  }
  // A GraphQL error that no resolver threw is the library's word on what it was sent.
  if (thrown instanceof GraphQLError) return libraryError(thrown);
  const fault = databaseFault(thrown);
  if (fault) {
    log.warn({ requestId, code: fault.code, err: thrown }, 'the database did not serve a request');
    return fault;
  }
  log.error({ requestId, err: thrown }, 'unexpected error');
  return new AppError('INTERNAL_SERVER_ERROR', { cause: thrown });
}

/**
 * Words an error for a GraphQL answer: the catalogue's code and details.
 * @param thrown what execution gave: its place in the document is kept.
 */
export function toGraphQLError({ code, message, details }: AppError, thrown: unknown): GraphQLError {
  const place =
    thrown instanceof GraphQLError
      ? { nodes: thrown.nodes, source: thrown.source, positions: thrown.positions, path: thrown.path }
      : {};
  return new GraphQLError(message, { ...place, extensions: { code, details } });
}

/** A GraphQL error of the catalogue, for a validation rule to report. */
export const catalogueError = (code: ErrorCode): GraphQLError =>
  new GraphQLError(errorCatalogue[code].title, { originalError: new AppError(code) });

function libraryError({ message, extensions }: GraphQLError): AppError {
  // Yoga refuses a mutation by GET so, and calls it a bad request (graphql-yoga 5.24).
  const { status } = (extensions.http ?? {}) as { status?: number };
  if (status === 405) return new AppError('METHOD_NOT_ALLOWED', { message, allow: ['POST'] });
  return new AppError('BAD_REQUEST', { message: withoutSuggestion(message) });
}

function thrownBehind(error: unknown): unknown {
  let thrown = error;
  while (thrown instanceof GraphQLError && thrown.originalError) thrown = thrown.originalError;
  return thrown;
}

// Armor's blocker does not reach the messages of variable coercion; a suggestion would spell out the schema.
const withoutSuggestion = (message: string): string => message.replace(/ ?Did you mean [^?]+\?/g, '');
