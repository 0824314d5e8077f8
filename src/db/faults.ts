import { AppError } from '../core/errors.js';

/** How long a client should wait before it tries again after the database was out of reach, in seconds. */
const retryAfterSeconds = 2;

/** One kind of failure of the database itself. */
interface Fault {
  /** PostgreSQL's (appendix A), Node's or Prisma's code, or the `kind` of an error of Prisma's driver adapter. */
  readonly code?: RegExp;
  /** For what comes without a code. */
  readonly message?: RegExp;
  readonly answer: 'SERVICE_UNAVAILABLE' | 'TIMEOUT';
}

/** Everything that is not the fault of a request. What is not listed is a fault of the product: `INTERNAL_SERVER_ERROR`. */
const faults: readonly Fault[] = [
  // statement_timeout, or a cancelled statement
  { code: /^57014$/, answer: 'TIMEOUT' },
  // connection exceptions; PgBouncer's words have the code 08P01
  { code: /^08/, answer: 'SERVICE_UNAVAILABLE' },
  // invalid authorization: a password that changed while the server runs
  { code: /^28/, answer: 'SERVICE_UNAVAILABLE' },
  // the database was dropped or renamed
  { code: /^3D000$/, answer: 'SERVICE_UNAVAILABLE' },
  // a statement that a pooler lost, or a transaction that failed before
  { code: /^(26000|42P05|25P02)$/, answer: 'SERVICE_UNAVAILABLE' },
  // a transaction that waited too long between its statements
  { code: /^(25P03|25P04)$/, answer: 'SERVICE_UNAVAILABLE' },
  // a read-only transaction: a standby after a failover
  { code: /^25006$/, answer: 'SERVICE_UNAVAILABLE' },
  // no disk, memory or connections left
  { code: /^53/, answer: 'SERVICE_UNAVAILABLE' },
  // configuration limit, lock_timeout, and other limits
  { code: /^(54000|55P03|55006)$/, answer: 'SERVICE_UNAVAILABLE' },
  // shutdown, crash, start-up, a dropped database
  { code: /^57P/, answer: 'SERVICE_UNAVAILABLE' },
  // errors of the disk below PostgreSQL
  { code: /^58/, answer: 'SERVICE_UNAVAILABLE' },
  // deadlock and serialization failure, after the retries
  { code: /^(40001|40P01|40003)$/, answer: 'SERVICE_UNAVAILABLE' },
  // the network
  {
    code: /^(ECONN|EPIPE|ENOTFOUND|ETIMEDOUT|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|EAI_|EMFILE$|ENFILE$)/,
    answer: 'SERVICE_UNAVAILABLE',
  },
  // TLS
  { code: /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|EPROTO$)/, answer: 'SERVICE_UNAVAILABLE' },
  // Prisma: out of reach, timed out, closed, no connection, transaction not started, write conflict, too many connections
  { code: /^(P1001|P1002|P1003|P1008|P1010|P1011|P1017|P2024|P2028|P2034|P2037)$/, answer: 'SERVICE_UNAVAILABLE' },
  // Prisma's driver adapter
  {
    code: /^(ConnectionClosed|SocketTimeout|DatabaseNotReachable|TooManyConnections|TlsConnectionError|TransactionWriteConflict|DatabaseDoesNotExist|DatabaseAccessDenied|AuthenticationFailed|TransactionAlreadyClosed)$/,
    answer: 'SERVICE_UNAVAILABLE',
  },
  // pg and pg-pool
  {
    message:
      /timeout exceeded when trying to connect|timeout expired|Connection terminated|connection timeout|Query read timeout|Client has encountered a connection error|Client was closed|Client has already been|not queryable|connect ENOENT|Cannot use a pool after calling end|Server has closed the connection|server does not support SSL|socket disconnected before secure TLS/i,
    answer: 'SERVICE_UNAVAILABLE',
  },
  // Supabase's pooler, whose words have the code XX000
  {
    message:
      /Database connection closed|Unable to check out (a )?(process|connection) from the pool|Max client connections reached/,
    answer: 'SERVICE_UNAVAILABLE',
  },
  // PGlite
  { message: /PGlite is clos|No space left on device|could not extend file/i, answer: 'SERVICE_UNAVAILABLE' },
];

function* chain(error: unknown): Generator<Record<string, unknown>> {
  for (let depth = 0; depth < 6 && typeof error === 'object' && error !== null; depth++) {
    const node = error as Record<string, unknown>;
    yield node;
    const meta = node.meta as Record<string, unknown> | undefined;
    error = node.cause ?? meta?.driverAdapterError;
  }
}

/** The codes of an error and of those behind it. */
function* codesOf(error: unknown): Generator<string> {
  for (const { code, originalCode, kind } of chain(error)) {
    for (const each of [code, originalCode, kind]) if (typeof each === 'string') yield each;
  }
}

/** Whether a pooler reports an error of its own as XX000, "internal error": PostgreSQL names the function of its source that reports. */
const isPoolerError = ({ code, severity, routine, kind }: Record<string, unknown>): boolean =>
  // Prisma's driver adapter, whose errors have a kind, drops the name.
  code === 'XX000' && typeof severity === 'string' && routine === undefined && kind === undefined;

/**
 * Words a failure of the database itself.
 * @returns `SERVICE_UNAVAILABLE`, or `TIMEOUT` for a statement over its time; undefined when the error is no such failure.
 */
export function databaseFault(error: unknown): AppError | undefined {
  const codes = [...codesOf(error)];
  const messages = [...chain(error)].map(({ message }) => String(message));
  const fault = faults.find(
    ({ code, message }) => codes.some((each) => code?.test(each)) || messages.some((each) => message?.test(each)),
  );
  const answer = fault?.answer ?? ([...chain(error)].some(isPoolerError) ? 'SERVICE_UNAVAILABLE' : undefined);
  if (!answer) return undefined;
  return new AppError(answer, { cause: error, ...(answer === 'SERVICE_UNAVAILABLE' && { retryAfterSeconds }) });
}

// The server or its pooler cannot be reached now, which may change without an operator.
const unreachable = /^(ECONN|ENOTFOUND|ETIMEDOUT|EHOST|ENET|EAI_|EPIPE|57P01|57P02|57P03|53300|08006|08001|08004)/;
const unreachableWords =
  /connect ENOENT|timeout exceeded when trying to connect|timeout expired|Connection terminated|connection timeout|cannot connect to server|server login has been failing|server conn crashed|server_login_retry|query_wait_timeout|Query read timeout|Max client connections reached/i;

/** Whether a database does not answer at all, so that waiting may help: not yet started, or its host not yet known. */
export const isUnreachable = (error: unknown): boolean =>
  [...codesOf(error)].some((code) => unreachable.test(code)) ||
  [...chain(error)].some(({ message }) => unreachableWords.test(String(message)));

/** Whether an error, or one behind it, has one of these codes, Prisma's or PostgreSQL's. */
function hasCode(error: unknown, ...codes: string[]): boolean {
  for (const code of codesOf(error)) if (codes.includes(code)) return true;
  return false;
}

/** Whether a write failed because a unique value (an email) is taken. */
export const isUniqueViolation = (error: unknown): boolean => hasCode(error, 'P2002', '23505');

/** Whether a write failed because the row that it belongs to (a user's) is gone. */
export const isForeignKeyViolation = (error: unknown): boolean => hasCode(error, 'P2003', '23503');

/** Whether a write found no row that its `where` describes. */
export const isMissingRow = (error: unknown): boolean => hasCode(error, 'P2025');

/** Whether a transaction lost against a concurrent one (a deadlock, a serialization failure): PostgreSQL has undone it. */
export const isConflict = (error: unknown): boolean =>
  hasCode(error, 'P2034', '40001', '40P01', 'TransactionWriteConflict') && !hasCode(error, '40003');

// Data, constraints, rollbacks and locks: what PostgreSQL says when it has undone a statement for one of its rows. 40003 is
// "statement completion unknown".
const refusedForARow = /^(22|23)\w{3}$|^40(?!003)\w{3}$|^55P03$/;

/** Whether a statement failed for one of its rows, and so changed none. A connection that broke leaves that open. */
export const changedNothing = (error: unknown): boolean =>
  [...chain(error)].some(({ code }) => refusedForARow.test(String(code)));
