import type { PrismaClient } from '../generated/prisma/client.js';
import type { Database, Queries } from './database.js';
import { retryConflicts } from './retry.js';

/** How long a transaction may wait for a connection, and how long it may take, in milliseconds. */
const bounds = { maxWait: 2_000, timeout: 7_000 } as const;

/** Prisma reads a `timestamptz` as a Date; `Queries` promises text. */
const spelled = (row: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value instanceof Date ? value.toISOString() : value]));

/** Makes a database's `transaction` of Prisma's interactive transactions: both `Queries` then run on one connection. */
export const transactionOf =
  (prisma: PrismaClient): Database['transaction'] =>
  (work) =>
    retryConflicts(() =>
      prisma.$transaction(async (client) => {
        const query = async (text: string, values: readonly unknown[]) =>
          (await client.$queryRawUnsafe<Record<string, unknown>[]>(text, ...values)).map(spelled);
        return work({ prisma: client, query: query as Queries['query'] });
      }, bounds),
    );
