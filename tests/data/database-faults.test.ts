import { describe, expect, it } from '@jest/globals';
import { changedNothing, databaseFault, isConflict, isUnreachable } from '../../src/db/faults.js';

const coded = (code: string) => Object.assign(new Error('x'), { code });
/** As Prisma wraps what its driver adapter throws. */
const byPrisma = (kind: string, code = 'P2010') =>
  Object.assign(new Error('x'), { code, meta: { driverAdapterError: Object.assign(new Error(kind), { cause: { kind } }) } });

describe('a failure of the database is SERVICE_UNAVAILABLE with Retry-After:', () => {
  it.each([
    ['08000', 'a connection exception'],
    ['08001', 'the client cannot connect'],
    ['08003', 'the connection does not exist'],
    ['08004', 'the server rejected the connection'],
    ['08006', 'the connection failed'],
    ['08P01', 'a pooler lost its server'],
    ['25006', 'a standby after a failover'],
    ['25P02', 'the transaction failed before'],
    ['25P03', 'the transaction was idle for too long'],
    ['25P04', 'the transaction took too long'],
    ['26000', 'a pooler lost a prepared statement'],
    ['28P01', 'the password changed'],
    ['28000', 'the role may no longer connect'],
    ['3D000', 'the database was dropped'],
    ['40001', 'a serialization failure'],
    ['40003', 'the outcome of a commit is unknown'],
    ['40P01', 'a deadlock'],
    ['42P05', 'a pooler has another statement of the name'],
    ['53000', 'no resources'],
    ['53100', 'the disk is full'],
    ['53200', 'no memory'],
    ['53300', 'too many connections'],
    ['53400', 'a configured limit'],
    ['54000', 'a limit of the server'],
    ['55006', 'the database is in use'],
    ['55P03', 'a lock is not available'],
    ['57P01', 'an administrator ended the connection'],
    ['57P02', 'the server crashed'],
    ['57P03', 'the server starts or stops'],
    ['57P04', 'the database is being dropped'],
    ['57P05', 'the session was idle for too long'],
    ['58000', 'an error of the system'],
    ['58030', 'an error of the disk'],
    ['ECONNREFUSED', 'nothing listens'],
    ['ECONNRESET', 'the connection was reset'],
    ['EPIPE', 'the connection was closed'],
    ['ETIMEDOUT', 'no answer'],
    ['ENOTFOUND', 'the host has no address'],
    ['EAI_AGAIN', 'no name server'],
    ['EHOSTUNREACH', 'no route'],
    ['ENETUNREACH', 'no network'],
    ['EHOSTDOWN', 'the host is down'],
    ['ENETDOWN', 'the network is down'],
    ['EMFILE', 'no file descriptors'],
    ['ENFILE', 'no file descriptors of the machine'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'the certificate signs itself'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'the authority is unknown'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'the authority is missing'],
    ['EPROTO', 'the handshake failed'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'the certificate is for another host'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'the server does not speak TLS'],
    ['CERT_HAS_EXPIRED', 'the certificate has expired'],
    ['P1001', 'Prisma cannot reach it'],
    ['P1002', 'Prisma got no answer'],
    ['P1003', 'Prisma does not see the database'],
    ['P1008', 'Prisma waited too long'],
    ['P1010', 'Prisma is not let in'],
    ['P1011', 'Prisma failed at TLS'],
    ['P1017', 'Prisma was disconnected'],
    ['P2024', 'Prisma got no connection'],
    ['P2028', 'Prisma could not start the transaction'],
    ['P2034', 'Prisma met a conflict'],
    ['P2037', 'Prisma met too many connections'],
  ])('%s, %s', (code) => {
    expect(databaseFault(coded(code))).toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: 2 });
  });

  it.each([
    'ConnectionClosed',
    'SocketTimeout',
    'DatabaseNotReachable',
    'TooManyConnections',
    'TlsConnectionError',
    'TransactionWriteConflict',
    'DatabaseDoesNotExist',
    'DatabaseAccessDenied',
    'AuthenticationFailed',
    'TransactionAlreadyClosed',
  ])('%s of Prisma’s driver adapter', (kind) => {
    expect(databaseFault(byPrisma(kind))).toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: 2 });
  });

  it.each([
    'timeout exceeded when trying to connect',
    'timeout expired',
    'connect ENOENT /run/postgresql/.s.PGSQL.5432',
    'Connection terminated',
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'Query read timeout',
    'Client has encountered a connection error and is not queryable',
    'Client was closed and is not queryable',
    'Cannot use a pool after calling end on the pool',
    'Server has closed the connection.',
    'The server does not support SSL connections',
    'Client network socket disconnected before secure TLS connection was established',
    'Client has already been connected. You cannot reuse a client.',
    'PGlite is closed',
    'PGlite is closing',
    'could not write to file: No space left on device',
    'could not extend file "base/5/16384": wrote only 4096 of 8192 bytes',
  ])('“%s” without a code', (message) => {
    expect(databaseFault(new Error(message))).toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: 2 });
  });
});

describe('XX000, an internal error,', () => {
  const internal = (fields: object, message = 'x') => Object.assign(coded('XX000'), { severity: 'FATAL', message, ...fields });

  it('is SERVICE_UNAVAILABLE from a pooler, which names no function of PostgreSQL’s source', () => {
    expect(databaseFault(internal({}))).toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: 2 });
  });

  it.each(['Database connection closed', 'Unable to check out process from the pool due to timeout'])(
    'is SERVICE_UNAVAILABLE when Prisma’s driver adapter passes on “%s”',
    (message) => {
      expect(databaseFault(internal({ kind: 'postgres' }, message))).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    },
  );

  it('is a fault of the product from PostgreSQL itself', () => {
    expect(databaseFault(internal({ routine: 'lookup_type_cache' }))).toBeUndefined();
    expect(databaseFault(internal({ kind: 'postgres' }))).toBeUndefined();
  });
});

describe('other errors of the database', () => {
  it('are TIMEOUT for a statement over its time', () => {
    expect(databaseFault(coded('57014'))).toMatchObject({ code: 'TIMEOUT' });
  });

  it.each(['42703', '42P01', '22001', '23505', '23514', 'P2002', 'P2025', 'ENOENT'])('are none of its failures: %s', (code) => {
    expect(databaseFault(coded(code))).toBeUndefined();
  });

  it('are conflicts only when PostgreSQL says that it undid the transaction', () => {
    expect(['40001', '40P01', 'P2034', '40003', '08006', '57P01'].map((code) => isConflict(coded(code)))).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it('have changed nothing when PostgreSQL has undone the statement, not when its outcome is unknown', () => {
    expect(['22001', '23505', '40001', '40P01', '55P03'].map((code) => changedNothing(coded(code)))).not.toContain(false);
    expect(['40003', '08006', '57P01', 'ECONNRESET'].map((code) => changedNothing(coded(code)))).not.toContain(true);
  });

  it('may be waited for when it does not answer, and not when it refuses', () => {
    expect(
      ['ECONNREFUSED', 'ENOTFOUND', '57P01', '57P02', '57P03', '53300'].map((code) => isUnreachable(coded(code))),
    ).not.toContain(false);
    expect(['28P01', '3D000', '42501', 'CERT_HAS_EXPIRED'].map((code) => isUnreachable(coded(code)))).not.toContain(true);
    for (const words of ['pgbouncer cannot connect to server', 'query_wait_timeout'])
      expect(isUnreachable(Object.assign(new Error(words), { code: '08P01' }))).toBe(true);
    expect(isUnreachable(new Error('Query read timeout'))).toBe(true);
  });
});
