import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';

type Queryable = { query(...args: unknown[]): unknown };

/** The object in whose prototype chain a driver's `query` is defined. */
function definer(prototype: object): Queryable {
  return Object.hasOwn(prototype, 'query') ? (prototype as Queryable) : definer(Object.getPrototypeOf(prototype));
}

/** Counts the SQL statements that reach either driver, from Prisma or from us, while something runs. */
export async function countStatements(run: () => Promise<unknown>): Promise<number> {
  const drivers = [definer(pg.Client.prototype), definer(PGlite.prototype)];
  let count = 0;
  const originals = drivers.map((driver) => driver.query);
  for (const [index, driver] of drivers.entries()) {
    driver.query = function counted(this: unknown, ...args: unknown[]) {
      count++;
      return originals[index]?.apply(this, args);
    };
  }
  try {
    await run();
    return count;
  } finally {
    for (const [index, driver] of drivers.entries()) driver.query = originals[index] as Queryable['query'];
  }
}
