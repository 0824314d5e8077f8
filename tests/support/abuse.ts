import { afterAll, beforeAll } from '@jest/globals';
import { startTarget, type Target } from '../../abuse/target.js';
import { createPostgresDatabase } from './databases.js';

/** The 95th percentile of the honest client, in milliseconds: other tests may run beside it, and thousands of connections end at once. */
export const maxP95Ms = 3_000;

/** Starts a server with a database of its own before the tests of a block, and ends both after them. @returns gets it. */
export function useTarget(): () => Target {
  let database: Awaited<ReturnType<typeof createPostgresDatabase>>;
  let target: Target;
  beforeAll(async () => {
    database = await createPostgresDatabase();
    target = await startTarget({ DATABASE_URL: database.url });
  });
  afterAll(async () => {
    await target.close();
    await database.drop();
  });
  return () => target;
}
