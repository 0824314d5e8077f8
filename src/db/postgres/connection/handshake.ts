import type { Connection } from 'pg';
import { NoChannelBinding, OtherProtocol } from './connect-errors.js';

/** The first byte of an answer to a start-up message: authentication, error, notice, or an older protocol version. */
const firstBytes = 'RENv';

/**
 * Ends a connection to a server of another protocol, whose answer node-postgres 8 would take for the head of a long message and wait.
 * @param connection without TLS, before it connects; with TLS, node-postgres checks the first answer itself.
 */
export function rejectOtherProtocols({ stream }: Connection): void {
  stream.once('data', (data: Buffer) => {
    if (!firstBytes.includes(String.fromCharCode(data[0] ?? 0)))
      stream.destroy(new OtherProtocol('The answer is not PostgreSQL’s.'));
  });
}

/**
 * Ends a connection whose server does not prove by channel binding that it knows the password and owns the certificate. node-postgres 8
 * binds where the server offers it, and goes on without where it does not.
 * @returns the error, for a server that is ready before the connection has ended.
 */
export function requireChannelBinding(connection: Connection): () => NoChannelBinding | undefined {
  let isBound = false;
  let error: NoChannelBinding | undefined;
  const refuse = () => {
    if (isBound) return;
    error = new NoChannelBinding('The server does not offer channel binding.');
    connection.stream.destroy(error);
  };
  connection.on('authenticationSASL', ({ mechanisms }: { mechanisms: string[] }) => {
    isBound = mechanisms.includes('SCRAM-SHA-256-PLUS');
    refuse();
  });
  for (const event of ['authenticationCleartextPassword', 'authenticationMD5Password', 'authenticationOk'])
    connection.on(event, refuse);
  return () => error;
}
