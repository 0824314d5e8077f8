import type pg from 'pg';
import { AppError } from '../../core/errors.js';
import type { Logger } from '../../log/log.js';
import { retryAfter, retryConflicts } from '../retry.js';
import { createConnectionRunner } from './cancel.js';
import type { Session, SessionWithSchema } from './inspection.js';
import { setStatement } from './session-settings.js';
import { createStatementNames } from './statement-names.js';

/** One statement as pg takes it; Prisma's adapter asks for rows as arrays. A signal stops it: for reads alone. */
type Statement = pg.QueryConfig & { readonly rowMode?: 'array'; readonly signal?: AbortSignal | undefined };

/** Runs one statement outside of transactions. */
export type RunStatement = (statement: Statement) => Promise<pg.QueryResult>;

interface Parts {
  readonly pool: Pick<pg.Pool, 'connect'>;
  /** Sends a statement over any connection of the pool. */
  readonly send: RunStatement;
  readonly session: Session;
  readonly log: Pick<Logger, 'info' | 'warn'>;
}

/**
 * Creates the runner of single statements. It names them, so that a connection parses and plans each text once. It runs again what
 * changed nothing: without a name, when what was prepared is stale or lost; and after a conflict. Statements in a transaction have
 * no names, since an error there would cost the transaction.
 */
export function createStatements({ pool, send, session, log }: Parts): RunStatement {
  const names = createStatementNames(session.schema ?? '', session.canPrepare);
  const onConnection = createConnectionRunner(pool);
  const run: RunStatement = ({ signal, ...statement }) => {
    if (session.wrapsStatements) return onConnection(signal, inTransaction(statement, session));
    return signal ? onConnection(signal, (client) => client.query(statement)) : send(statement);
  };

  async function recover(error: unknown, statement: Statement, name: string | undefined): Promise<pg.QueryResult> {
    const isStale = name !== undefined && isStalePlan(error);
    const isLost = name !== undefined && isLostStatement(error);
    if (isStale) names.renew();
    if (isLost && names.disable()) log.warn({ err: error }, 'database.prepared-statements-disabled');
    return isStale || isLost ? retryConflicts(() => run(statement)) : retryAfter(error, () => run(statement));
  }

  return async (statement) => {
    const name = names.nameOf(statement.text);
    try {
      return await run(name === undefined ? statement : { name, ...statement });
    } catch (error) {
      return recover(error, statement, name);
    }
  };
}

/** What PostgreSQL says in fields beside the message, which depends on `lc_messages`. */
interface ServerError {
  readonly code?: unknown;
  /** The function of PostgreSQL's source; a pooler's own errors have none. */
  readonly routine?: unknown;
  readonly message?: unknown;
}

/** "cached plan must not change result type": a column has another type since the statement was prepared. */
const isStalePlan = (error: unknown): boolean => {
  const { code, routine } = Object(error) as ServerError;
  return code === '0A000' && routine === 'RevalidateCachedQuery';
};

/** A pooler sent the statement over a connection that has another statement of its name, or none. */
const isLostStatement = (error: unknown): boolean => {
  const { code, routine, message } = Object(error) as ServerError;
  if (code === '26000' || code === '42P05') return true;
  // A protocol violation that PostgreSQL reports has run nothing. PgBouncer also says so of a server that crashed, maybe after it ran.
  return code === '08P01' && (routine !== undefined || /prepared statement|parse message/i.test(String(message)));
};

/** Behind a pooler that keeps no settings each statement brings its own. */
const inTransaction =
  (statement: pg.QueryConfig, { transactionSettings }: Session) =>
  async (client: pg.Client): Promise<pg.QueryResult> => {
    await client.query(`BEGIN ISOLATION LEVEL READ COMMITTED; ${setStatement(transactionSettings, 'transaction')}`);
    const result = await client.query(statement);
    await client.query('COMMIT');
    return result;
  };

/** Runs statements as soon as the database is available; rejects with SERVICE_UNAVAILABLE before. */
export type Runner = ReturnType<typeof createRunner>;

const notAvailable = () =>
  new AppError('SERVICE_UNAVAILABLE', { message: 'The database is not available yet.', retryAfterSeconds: 2 });

/** Creates a runner without a database; `start` gives it one. */
export function createRunner() {
  let opened: { readonly session: SessionWithSchema; readonly run: RunStatement } | undefined;
  const run: RunStatement = (statement) => opened?.run(statement) ?? Promise.reject(notAvailable());
  return {
    run,
    session: () => opened?.session,
    /** Where the tables are. @throws AppError `SERVICE_UNAVAILABLE` before the start. */
    schema: (): string => {
      if (!opened) throw notAvailable();
      return opened.session.schema;
    },
    start: (session: SessionWithSchema, run: RunStatement) => {
      opened = { session, run };
    },
  };
}
