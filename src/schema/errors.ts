import { GraphQLError } from 'graphql';
import { AppError } from '../core/errors.js';
import { auditFields } from '../core/request-context.js';
import { principalFields } from '../core/viewer.js';
import { databaseFault } from '../db/faults.js';
import type { Exchange } from '../http/exchange.js';
import type { Logger } from '../log/log.js';

/** Errors in one answer to a request that is refused before it is executed. */
export const maxRequestErrors = 5;

/** Characters of a library's message: some repeat the value that they refuse, whatever its length is. */
const maxMessageLength = 500;

/** What the log says of a request that failed. */
type FailedExchange = Pick<Exchange, 'requestId' | 'client' | 'identity' | 'operations'>;

/**
 * Finds the error of the catalogue for whatever was thrown, and writes its lines of the audit and error log. An unexpected error becomes
 * `INTERNAL_SERVER_ERROR` with a constant message.
 * @param exchange the request, which the log lines name.
 */
export function logAndConvertError(error: unknown, log: Logger, exchange: FailedExchange): AppError {
  const { requestId } = exchange;
  const thrown = unwrap(error);
  if (thrown instanceof AppError) {
    // The client's errors are in the access log; those of the server need a cause to be found.
    const event = refusalEvent(thrown);
    if (event) log.warn(auditFields(exchange.client, { ...callerFields(exchange), ...thrown.details }), event);
    if (thrown.status >= 500 && thrown.cause) log.warn({ requestId, code: thrown.code, err: thrown.cause }, 'request.failed');
    return thrown;
  }
  // A GraphQL error that no resolver threw: the library refuses what the client sent.
  if (thrown instanceof GraphQLError && !isAboutResult(error, thrown)) return fromGraphQLError(thrown);
  const fault = databaseFault(thrown);
  if (fault) {
    log.warn({ requestId, code: fault.code, err: thrown }, 'database.unavailable');
    return fault;
  }
  log.error({ requestId, err: thrown }, 'request.crashed');
  return new AppError('INTERNAL_SERVER_ERROR', { cause: thrown });
}

/** The audit event of a refusal that no service logs. */
function refusalEvent({ code, challenge }: AppError): string | undefined {
  if (code === 'CSRF_FAILED') return 'csrf.rejected';
  // RFC 6750 §3.1: the challenge of a 403 is of a token that may not do this.
  return code === 'FORBIDDEN' && challenge ? 'api-token.forbidden' : undefined;
}

const callerFields = ({ identity, operations }: FailedExchange) => ({
  operation: operations.join(' '),
  ...(identity.kind === 'authenticated' ? principalFields(identity.viewer) : {}),
});

/**
 * Whether the library refuses a value of the server, such as one that its enum does not have. Of the errors at a path of the
 * result, those of the client's arguments also name nodes of the document (graphql-js 16.15, `getArgumentValues`).
 */
const isAboutResult = (error: unknown, thrown: GraphQLError): boolean =>
  error instanceof GraphQLError && error.path !== undefined && thrown.nodes === undefined;

function fromGraphQLError({ message, extensions }: GraphQLError): AppError {
  // Yoga refuses a mutation by GET so, and calls it a bad request (graphql-yoga 5.24).
  const { status } = (extensions.http ?? {}) as { status?: number };
  if (status === 405) return new AppError('METHOD_NOT_ALLOWED', { message, allow: ['POST'] });
  return new AppError('BAD_REQUEST', { message: shorten(message) });
}

const shorten = (message: string): string =>
  message.length > maxMessageLength ? `${message.slice(0, maxMessageLength)}…` : message;

function unwrap(error: unknown): unknown {
  let thrown = error;
  while (thrown instanceof GraphQLError && thrown.originalError) thrown = thrown.originalError;
  return thrown;
}
