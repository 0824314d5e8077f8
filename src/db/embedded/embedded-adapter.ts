import type { PGlite } from '@electric-sql/pglite';
import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { PrismaPGlite } from 'pglite-prisma-adapter';

/**
 * Prisma's adapter for PGlite, with transactions that fail when their COMMIT does: pglite-prisma-adapter 0.7.2 drops that error, and
 * Prisma takes what is lost for committed.
 */
export function embeddedAdapter(pglite: PGlite): SqlDriverAdapterFactory {
  const { provider, adapterName } = new PrismaPGlite(pglite);

  async function connect() {
    const connection = await new PrismaPGlite(pglite).connect();
    const startTransaction: typeof connection.startTransaction = async (isolationLevel) => {
      let outcome: Promise<unknown> | undefined;
      const client = withTransaction(pglite, (work) => {
        const result = pglite.transaction(work);
        outcome = result;
        return result;
      });
      const transaction = await (await new PrismaPGlite(client).connect()).startTransaction(isolationLevel);
      const commit = transaction.commit.bind(transaction);
      return Object.assign(transaction, {
        commit: async () => {
          await commit();
          await outcome;
        },
      });
    };
    return Object.assign(connection, { startTransaction });
  }
  return { provider, adapterName, connect };
}

/** @returns the same client with another `transaction`. */
const withTransaction = (pglite: PGlite, transaction: PGlite['transaction']): PGlite =>
  new Proxy(pglite, {
    get: (client, name) => {
      if (name === 'transaction') return transaction;
      const member: unknown = Reflect.get(client, name, client);
      return typeof member === 'function' ? member.bind(client) : member;
    },
  });
