import { AppError } from '../core/errors.js';

/** How long a client should wait before it tries again after the database was out of reach, in seconds. */
const retryAfterSeconds = 2;

// PostgreSQL's error codes (appendix A): connection exceptions, resources, operator intervention, lock timeout,
// deadlock and serialization failure (worth another try), read-only transaction, disk full.
const unavailable = /^(08|53|57P|40001$|40P01$|55P03$|25006$|58030$)/;
const statementTimeout = '57014';
const unavailableInNode = /^(ECONN|EPIPE|ENOTFOUND|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN)/;
// Prisma's error codes: out of reach, timed out, closed, no connection, transaction not started, write conflict.
const unavailableInPrisma = /^(P1001|P1002|P1008|P1011|P1017|P2024|P2028|P2034|P2037)$/;
// What pg says without a code.
const unavailableWords =
  /timeout exceeded when trying to connect|Connection terminated|connection timeout|Client has encountered a connection error|PGlite is clos|Cannot use a pool after calling end/i;

function* chain(error: unknown): Generator<Record<string, unknown>> {
  for (let depth = 0; depth < 6 && typeof error === 'object' && error !== null; depth++) {
    const node = error as Record<string, unknown>;
    yield node;
    const meta = node.meta as Record<string, unknown> | undefined;
    error = node.cause ?? meta?.driverAdapterError;
  }
}

/**
 * Words a failure of the database itself.
 * @returns `SERVICE_UNAVAILABLE`, or `TIMEOUT` for a statement over its time; undefined when the error is no such failure.
 */
export function databaseFault(error: unknown): AppError | undefined {
  for (const node of chain(error)) {
    const codes = [node.code, node.originalCode].filter((code): code is string => typeof code === 'string');
    if (codes.includes(statementTimeout)) return new AppError('TIMEOUT', { cause: error });
    const known = codes.some((code) => unavailable.test(code) || unavailableInNode.test(code) || unavailableInPrisma.test(code));
    if (known || unavailableWords.test(String(node.message))) {
      return new AppError('SERVICE_UNAVAILABLE', { cause: error, retryAfterSeconds });
    }
  }
  return undefined;
}

/** Whether a write failed because a unique value (an email) is taken. */
export function isUniqueViolation(error: unknown): boolean {
  for (const node of chain(error)) {
    if (node.code === 'P2002' || node.code === '23505' || node.originalCode === '23505') return true;
  }
  return false;
}

/** Whether a write found no row that its `where` describes. */
export function isMissingRow(error: unknown): boolean {
  for (const node of chain(error)) {
    if (node.code === 'P2025') return true;
  }
  return false;
}
