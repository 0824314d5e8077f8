import type { PrismaClient } from '../generated/prisma/client.js';
import type { Database, Queries, Statement } from './database.js';
import { retryConflicts } from './retry.js';

/** How long a transaction may take, in milliseconds. */
const timeoutMs = 7_000;

/** Prisma reads a `timestamptz` as a Date; `Queries` promises text. */
const spelled = (row: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value instanceof Date ? value.toISOString() : value]));

type JoinStatements = (statements: readonly Statement[], ending?: 'commit') => string;

/**
 * Makes a database's `transaction` of Prisma's interactive transactions: all statements then run on one connection.
 * @param joiner returns what writes several statements as one text, or undefined when they must run one by one.
 * @param maxWaitMs how long a transaction may wait for a connection, in milliseconds. A pool has limits itself: not less than those.
 */
export const transactionOf =
  (prisma: PrismaClient, joiner: () => JoinStatements | undefined, maxWaitMs = 2_000): Database['transaction'] =>
  (work) =>
    retryConflicts(() =>
      prisma.$transaction(
        async (client) => {
          const query = async (text: string, values: readonly unknown[]) =>
            (await client.$queryRawUnsafe<Record<string, unknown>[]>(text, ...values)).map(spelled);
          const run = async (statements: readonly Statement[], ending?: 'commit') => {
            const join = joiner();
            if (join) return query(join(statements, ending), []);
            let rows: Record<string, unknown>[] = [];
            for (const { text, values } of statements) rows = await query(text, values);
            return rows;
          };
          return work({
            prisma: client,
            query: query as Queries['query'],
            queryTogether: async <Row>(statements: readonly Statement[]) => (await run(statements)) as Row[],
            commitWith: async (statement) => {
              await run([statement], 'commit');
            },
          });
        },
        { maxWait: maxWaitMs, timeout: timeoutMs },
      ),
    );
