import { StartError } from '../../core/start-error.js';
import { formatSettings, type Settings, searchPath, setStatement } from '../postgres/session-settings.js';
import type { Query } from './inspection/catalogue.js';

/** The part of a driver's connection that adoption uses. Several statements in one text are allowed without values. */
export interface Connection {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: unknown[] }>;
}

/** How long the old programs' statements may hold the tables before adoption gives up, in milliseconds: meanwhile others wait behind it. */
const lockTimeoutMs = 5_000;

// What a role or a database may have set otherwise, and what would change what the catalogue writes or hide rows.
const settings: Settings = {
  ...formatSettings,
  quote_all_identifiers: 'off',
  row_security: 'off',
  idle_in_transaction_session_timeout: '0',
};

/** Less than the time that is left: the reason is then the lock. */
const lockTimeoutOf = (leftMs: number): number => Math.min(Math.ceil(leftMs / 2), lockTimeoutMs);

interface TransactionOptions {
  readonly isReadOnly: boolean;
  /** For all of it, in milliseconds. */
  readonly timeoutMs: number;
  /** Where the tables are; undefined for the first schema of the role's search_path. */
  readonly schema?: string | undefined;
}

/**
 * Runs all of the work in one transaction, or nothing.
 * @param isCommitted decides by the result; a transaction that is not committed is rolled back.
 * @throws StartError that says what PostgreSQL said.
 */
export async function inTransaction<Result>(
  connection: Connection,
  { isReadOnly, timeoutMs, schema }: TransactionOptions,
  work: (query: Query) => Promise<Result>,
  isCommitted: (result: Result) => boolean,
): Promise<Result> {
  const deadline = performance.now() + timeoutMs;
  const run = async <Row>(text: string, values?: readonly unknown[]) =>
    (await connection.query(text, values?.slice())).rows as Row[];
  const query: Query = async (text, values) => {
    const left = Math.ceil(deadline - performance.now());
    if (left <= 0) throw outOfTime(timeoutMs);
    await run(`SET LOCAL statement_timeout = ${left}; SET LOCAL lock_timeout = ${lockTimeoutOf(left)}`);
    return run(text, values);
  };
  let isEnding = false;
  try {
    await run(isReadOnly ? 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY' : 'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE');
    const transactionSettings = schema === undefined ? settings : { ...settings, ...searchPath(schema) };
    await run(`${setStatement(transactionSettings, 'transaction')}`);
    const result = await work(query);
    isEnding = isCommitted(result);
    await run(isEnding ? 'COMMIT' : 'ROLLBACK');
    return result;
  } catch (error) {
    // Where the connection is gone the server rolls back by itself.
    await run('ROLLBACK').catch(() => undefined);
    throw explained(error, timeoutMs, isEnding);
  }
}

const outOfTime = (timeoutMs: number): StartError =>
  new StartError(`It did not end within ${timeoutMs / 1000} s, and nothing was changed. Allow more time by --timeout.`);

function explained(error: unknown, timeoutMs: number, isEnding: boolean): unknown {
  if (!(error instanceof Error)) return error;
  if (error instanceof StartError) return error;
  const code = 'code' in error ? String(error.code) : '';
  if (code === '57014') return outOfTime(timeoutMs);
  if (code === '55P03') {
    const wait = lockTimeoutOf(timeoutMs) / 1000;
    return new StartError(
      `The tables are in use: no lock within ${wait} s, and nothing was changed. Stop the programs that use them, and run it again.`,
      { cause: error },
    );
  }
  const outcome = isEnding ? 'whether it was done is not known: run it again to see' : 'nothing was changed';
  return new StartError(`The database refused (${error.message}), and ${outcome}.`, { cause: error });
}
