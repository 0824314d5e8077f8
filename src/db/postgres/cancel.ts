import pLimit from 'p-limit';
import pg from 'pg';

// Members that @types/pg 8 lacks.
declare module 'pg' {
  interface Client {
    readonly processID: number | null;
    readonly secretKey: number | null;
  }
  interface Connection {
    readonly ssl: boolean;
    readonly sslNegotiation: 'postgres' | 'direct';
    connect(portOrPath: number | string, host?: string): void;
    requestSsl(): void;
    cancel(processID: number, secretKey: number): void;
  }
}

/** The maximum number of concurrent cancel requests; each opens a connection. */
const maxConcurrentRequests = 4;
/** How long one may take, in milliseconds. */
const timeoutMs = 2_000;

/** Runs work on a connection of its own. @param signal stops its statement. @throws the signal's reason once it has aborted. */
export type RunOnConnection = <T>(signal: AbortSignal | undefined, work: (client: pg.Client) => Promise<T>) => Promise<T>;

/**
 * Creates the runner of work on a pool's connections. When a signal aborts, it has the server stop the statement (PostgreSQL's
 * protocol, "Canceling Requests in Progress"). Unlike `pg_cancel_backend` that goes through poolers, and cannot reach somebody else's
 * statement: it takes a secret. A connection on which work failed ends.
 */
export function createConnectionRunner(pool: Pick<pg.Pool, 'connect'>): RunOnConnection {
  const limit = pLimit(maxConcurrentRequests);
  return async (signal, work) => {
    signal?.throwIfAborted();
    const client = await pool.connect();
    let isRunning = false;
    let isUsable = true;
    const onAbort = () =>
      limit(async () => {
        if (!isRunning) return;
        // The request may arrive late, and stop the connection's next statement: there is none.
        isUsable = false;
        await sendCancelRequest(client);
      });
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      signal?.throwIfAborted();
      isRunning = true;
      return await work(client);
    } catch (error) {
      isUsable &&= !isRunning;
      throw signal?.aborted ? signal.reason : error;
    } finally {
      isRunning = false;
      signal?.removeEventListener('abort', onAbort);
      client.release(!isUsable);
    }
  };
}

/** @returns when the server has read the request, or cannot be reached. */
function sendCancelRequest({ host, port, processID, secretKey, connection: { ssl, sslNegotiation } }: pg.Client): Promise<void> {
  return new Promise((resolve) => {
    if (processID === null || secretKey === null) return resolve();
    // Like `Client.cancel` of pg 8.23, which has no TLS.
    const connection = Object.assign(new pg.Connection({ ssl }), { sslNegotiation });
    const timer = setTimeout(() => connection.stream.destroy(), timeoutMs);
    connection.once('end', () => {
      clearTimeout(timer);
      resolve();
    });
    connection.on('error', () => connection.stream.destroy());
    if (ssl && sslNegotiation === 'postgres') connection.once('connect', () => connection.requestSsl());
    connection.once(ssl ? 'sslconnect' : 'connect', () => connection.cancel(processID, secretKey));
    if (host.startsWith('/')) connection.connect(`${host}/.s.PGSQL.${port}`);
    else connection.connect(port, host);
  });
}
