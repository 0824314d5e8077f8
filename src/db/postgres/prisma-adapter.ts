import { PrismaPg } from '@prisma/adapter-pg';
import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import type pg from 'pg';

interface Options {
  /** Read when the first statement runs: the schema is known by then. */
  readonly schema: () => string | undefined;
  /** What each transaction begins with, those that Prisma makes for a nested write included. */
  readonly firstStatement: () => string | undefined;
}

/** Creates Prisma's adapter over a pool. */
export function prismaAdapter(pool: pg.Pool, { schema, firstStatement }: Options): SqlDriverAdapterFactory {
  const { provider, adapterName } = new PrismaPg(pool);
  return {
    provider,
    adapterName,
    connect: async () => {
      const name = schema();
      const connection = await new PrismaPg(pool, name === undefined ? {} : { schema: name }).connect();
      const startTransaction = connection.startTransaction.bind(connection);
      return Object.assign(connection, {
        startTransaction: async (...isolationLevel: Parameters<typeof startTransaction>) => {
          const transaction = await startTransaction(...isolationLevel);
          const sql = firstStatement();
          if (sql) await transaction.queryRaw({ sql, args: [], argTypes: [] });
          return transaction;
        },
      });
    },
  };
}
