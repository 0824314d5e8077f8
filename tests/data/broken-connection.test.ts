import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { connectTo, createTarget } from '../../src/db/postgres/connection/target.js';
import { migratePostgres } from '../../src/db/postgres/migration.js';

/** A message of PostgreSQL's protocol: its type, its length with the length itself, its content. */
const message = (type: string, content: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeInt32BE(content.length + 4);
  return Buffer.concat([Buffer.from(type), length, content]);
};
const authenticationOk = message('R', Buffer.alloc(4));
const readyForQuery = message('Z', Buffer.from('I'));
const fatal = message('E', Buffer.from('SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0'));

// It ends each connection in the packet that says that it is ready, as a server does whose backends are terminated.
const server = createServer((socket) => {
  socket.on('error', () => {});
  socket.once('data', () => socket.end(Buffer.concat([authenticationOk, readyForQuery, fatal])));
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  server.close();
});

it('a connection that the server ends as soon as it is ready does not end the process, and its next statement fails', async () => {
  const { port } = server.address() as AddressInfo;
  const target = createTarget(`postgresql://ada@127.0.0.1:${port}/tasks?sslmode=disable`, undefined, { warn: () => {} });
  const client = await connectTo(target);
  await expect(client.query('SELECT 1')).rejects.toThrow();
});

it('migrations give up a server that does not answer after 10 s', async () => {
  const silent = createServer();
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const connected = once(silent, 'connection');
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
  try {
    const { port } = silent.address() as AddressInfo;
    const { config } = createTarget(`postgresql://ada@127.0.0.1:${port}/tasks?sslmode=disable`, undefined, { warn: () => {} });
    const outcome = migratePostgres(config, 'public', { info: () => {} }).then(
      () => 'migrated',
      (error) => error.message,
    );
    const [socket] = await connected;
    jest.advanceTimersByTime(9_999);
    expect(await Promise.race([outcome, new Promise((resolve) => setImmediate(resolve, 'waits'))])).toBe('waits');
    jest.advanceTimersByTime(1);
    // Without the limit the server's end is the outcome.
    setImmediate(() => socket.destroy());
    expect(await outcome).toBe('timeout expired');
  } finally {
    jest.useRealTimers();
    silent.close();
  }
});

describe('sslmode=prefer', () => {
  const sslRequest = 80_877_103;

  /** Connects twice to a server that does not encrypt. @param answer to the request for TLS. @returns how each connection begins. */
  async function beginnings(answer: 'S' | 'N'): Promise<string[]> {
    const begun: string[] = [];
    const withoutTls = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', (first) => {
        const isRequest = first.readInt32BE(4) === sslRequest;
        begun.push(isRequest ? 'TLS' : 'plain');
        if (!isRequest) return socket.write(Buffer.concat([authenticationOk, readyForQuery]));
        socket.write(answer);
        // The handshake breaks.
        return socket.once('data', () => socket.destroy());
      });
    });
    await new Promise<void>((resolve) => withoutTls.listen(0, '127.0.0.1', resolve));
    const { port } = withoutTls.address() as AddressInfo;
    const target = createTarget(`postgresql://ada@127.0.0.1:${port}/tasks?sslmode=prefer`, undefined, { warn: () => {} });
    try {
      for (let n = 0; n < 2; n++) await (await connectTo(target)).end();
      return begun;
    } finally {
      withoutTls.close();
    }
  }

  it('asks for TLS again after a handshake that broke', async () => {
    expect(await beginnings('S')).toEqual(['TLS', 'plain', 'TLS', 'plain']);
  });

  it('does not ask a server again that said that it has no TLS', async () => {
    expect(await beginnings('N')).toEqual(['TLS', 'plain', 'plain']);
  });
});
