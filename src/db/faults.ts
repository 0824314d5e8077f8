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
  /timeout exceeded when trying to connect|Connection terminated|connection timeout|Query read timeout|Client has encountered a connection error|PGlite is clos|Cannot use a pool after calling end/i;

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

/** Whether an error, or one behind it, has one of these codes, Prisma's or PostgreSQL's. */
function hasCode(error: unknown, ...codes: string[]): boolean {
  for (const node of chain(error)) {
    if (codes.includes(String(node.code)) || codes.includes(String(node.originalCode))) return true;
  }
  return false;
}

/** Whether a write failed because a unique value (an email) is taken. */
export const isUniqueViolation = (error: unknown): boolean => hasCode(error, 'P2002', '23505');

/** Whether a write failed because the row that it belongs to (a person's) is gone. */
export const isForeignKeyViolation = (error: unknown): boolean => hasCode(error, 'P2003', '23503');

/** Whether a write found no row that its `where` describes. */
export const isMissingRow = (error: unknown): boolean => hasCode(error, 'P2025');

// Data, constraints, rollbacks and locks: what PostgreSQL says when it has undone a statement for one of its rows.
const refusedForARow = /^(22|23|40)\w{3}$|^55P03$/;

/** Whether a statement failed for one of its rows, and so changed none. A connection that broke leaves that open. */
export const changedNothing = (error: unknown): boolean =>
  [...chain(error)].some(({ code }) => refusedForARow.test(String(code)));
