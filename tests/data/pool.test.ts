import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createPool, type Pool } from '../../src/db/postgres/pool.js';
import { prismaAdapter } from '../../src/db/postgres/prisma-adapter.js';
import { PrismaClient } from '../../src/generated/prisma/client.js';

let pool: Pool;
beforeEach(() => {
  const config = { connectionString: process.env.TEST_SERVER_URL ?? '' };
  pool = createPool({ config, size: 1, waitMs: 1_000, onConnect: async () => {}, log: { debug: () => {} } });
});
afterEach(() => pool.end());

/** Whether the pool's next statement is a transaction by itself: then both begin at the same time. */
async function startsItsTransaction(): Promise<boolean> {
  const { rows } = await pool.send({ text: 'SELECT now() = statement_timestamp() AS "isStart"' });
  return rows[0].isStart;
}

const backend = 'SELECT pg_backend_pid() AS pid';
const readTimeout = { query_timeout: 50 };

describe('a connection that is released', () => {
  it('in a transaction is not used again', async () => {
    const client = await pool.pool.connect();
    await client.query('BEGIN');
    client.release();
    expect(await startsItsTransaction()).toBe(true);
  });

  it('in a failed transaction is not used again', async () => {
    const client = await pool.pool.connect();
    await expect(client.query('BEGIN; SELECT 1 / 0')).rejects.toThrow('division by zero');
    client.release();
    expect(await startsItsTransaction()).toBe(true);
  });

  it('while its BEGIN runs is not used again, although its last known status is idle', async () => {
    const client = await pool.pool.connect();
    await expect(client.query({ text: 'BEGIN; SELECT pg_sleep(0.3)', ...readTimeout })).rejects.toThrow('Query read timeout');
    await expect(client.query({ text: 'ROLLBACK', ...readTimeout })).rejects.toThrow('Query read timeout');
    client.release();
    expect(await startsItsTransaction()).toBe(true);
  });

  it('outside of a transaction is used again', async () => {
    const client = await pool.pool.connect();
    const { rows } = await client.query(backend);
    client.release();
    expect((await pool.send({ text: backend })).rows).toEqual(rows);
    expect((await pool.send({ text: backend })).rows).toEqual(rows);
  });
});

describe('a transaction whose first statement fails', () => {
  const first = {
    'does not set a setting': `SELECT set_config('tandem no name', '', true)`,
    'loses the connection': 'SELECT pg_terminate_backend(pg_backend_pid())',
  };
  const statements = {
    'joined with BEGIN': { text: 'SELECT 1 AS n', values: [] },
    'sent after BEGIN': { text: 'SELECT $1::int AS n', values: [1] },
  };
  const cases = Object.keys(first).flatMap((fault) => Object.keys(statements).map((way) => [fault, way] as const));

  it.each(cases)('because it %s gives back its connection (%s)', async (fault, way) => {
    let firstStatement: string | undefined = first[fault as keyof typeof first];
    const { text, values } = statements[way as keyof typeof statements];
    const adapter = prismaAdapter(pool.pool, { schema: () => undefined, firstStatement: () => firstStatement });
    const prisma = new PrismaClient({ adapter });
    const transact = () => prisma.$transaction((client) => client.$queryRawUnsafe(text, ...values));
    // More often than the pool has connections.
    for (let n = 0; n < 3; n++) await expect(transact()).rejects.toThrow(/unrecognized|invalid|terminat|closed/i);
    firstStatement = undefined;
    expect(await transact()).toEqual([{ n: 1 }]);
    await prisma.$disconnect();
  });
});

describe('a transaction', () => {
  const adapter = () => prismaAdapter(pool.pool, { schema: () => undefined, firstStatement: () => undefined });

  it('that finds the server read-only, as after a failover, does not give back its connection', async () => {
    const { rows } = await pool.send({ text: backend });
    const prisma = new PrismaClient({ adapter: adapter() });
    const write = prisma.$transaction(async (client) => {
      await client.$executeRawUnsafe('SET TRANSACTION READ ONLY');
      await client.$executeRawUnsafe('CREATE TABLE read_only ()');
    });
    await expect(write).rejects.toThrow('read-only');
    expect((await pool.send({ text: backend })).rows).not.toEqual(rows);
    await prisma.$disconnect();
  });

  it('that ends while its first statement waits for BEGIN does not run the statement', async () => {
    const transaction = await (await adapter().connect()).startTransaction();
    const none = { args: [], argTypes: [] };
    const argTypes = [{ scalarType: 'int', arity: 'scalar' } as const];
    const first = transaction.queryRaw({ sql: 'SELECT $1::int AS n', args: [1], argTypes });
    await Promise.all([expect(first).rejects.toThrow(), transaction.executeRaw({ sql: 'ROLLBACK', ...none })]);
    await expect(transaction.queryRaw({ sql: 'SELECT 1 AS n', ...none })).rejects.toThrow();
    await transaction.rollback();
    expect(await startsItsTransaction()).toBe(true);
  });
});
