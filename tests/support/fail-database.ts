import type { Database } from '../../src/db/database.js';

/** How the sessions are looked up: what fails for an operation need not fail for who asks. */
const sessionLookup = /FROM sessions/;

/**
 * Makes every operation's statement fail.
 * @param fail throws or rejects as the database would.
 * @returns puts the database back.
 */
export function failDatabase(db: Database, fail: () => never): () => void {
  const { query, prisma } = db;
  const reject = async () => fail();
  const model = new Proxy({}, { get: () => reject });
  Object.assign(db, {
    query: (text: string, values: readonly unknown[]) => (sessionLookup.test(text) ? query(text, values) : reject()),
    prisma: new Proxy({}, { get: () => model }),
  });
  return () => {
    Object.assign(db, { query, prisma });
  };
}
