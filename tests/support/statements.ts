import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';

type Queryable = { query(...args: unknown[]): unknown };

/** The object in whose prototype chain a driver's `query` is defined. */
function definer(prototype: object): Queryable {
  return Object.hasOwn(prototype, 'query') ? (prototype as Queryable) : definer(Object.getPrototypeOf(prototype));
}

/** The look-up of sessions is nobody's: all requests of 0.8 s share it, and those in use are renewed ahead. */
const sessionLookUp = /FROM (sessions|api_tokens)\s+WHERE (id|digest) = ANY/;
/** What a new connection begins with, and what a process does beside its requests. */
const background = /^(SELECT set_config\(|LISTEN |UPDATE (sessions|api_tokens) SET last_used_at)/;
const isCounted = (text: string): boolean => !sessionLookUp.test(text) && !background.test(text);

/** What reached a database: the texts of the statements, and how many rows came back. */
export interface Traffic {
  readonly statements: string[];
  rows: number;
}

/**
 * Notes the SQL that reaches either driver, from Prisma or from us, while something runs; look-ups of sessions and settings of connections apart.
 * @param run gets the traffic so far.
 */
export async function trafficOf(run: (traffic: Traffic) => Promise<unknown>): Promise<Traffic> {
  const drivers = [definer(pg.Client.prototype), definer(PGlite.prototype)];
  const traffic: Traffic = { statements: [], rows: 0 };
  const originals = drivers.map((driver) => driver.query);
  for (const [index, driver] of drivers.entries()) {
    driver.query = function noted(this: unknown, ...args: unknown[]) {
      if (!isCounted(textOf(args[0]))) return originals[index]?.apply(this, args);
      traffic.statements.push(textOf(args[0]));
      const answer = originals[index]?.apply(
        this,
        args.map((arg) => countingRows(arg, traffic)),
      );
      if (answer instanceof Promise)
        void answer.then(
          (result) => countRows(result, traffic),
          () => {},
        );
      return answer;
    };
  }
  try {
    await run(traffic);
    return traffic;
  } finally {
    for (const [index, driver] of drivers.entries()) driver.query = originals[index] as Queryable['query'];
  }
}

/** Counts the SQL statements that reach either driver while something runs. */
export const countStatements = async (run: () => Promise<unknown>): Promise<number> => (await trafficOf(run)).statements.length;

const textOf = (query: unknown): string => (typeof query === 'string' ? query : (query as { text: string }).text);

const countRows = (result: unknown, traffic: Traffic): void => {
  for (const row of (result as { rows?: object[] } | undefined)?.rows ?? []) traffic.rows += rowsWithin(row);
};

/** A page comes as one row that holds its items, column by column (db/table.ts). */
function rowsWithin(row: object): number {
  const ids = 'rows' in row && typeof row.rows === 'string' ? JSON.parse(row.rows)[0] : undefined;
  return ids?.length ?? 1;
}

/** pg's pool passes a callback, and gets no promise. */
const countingRows = (arg: unknown, traffic: Traffic): unknown =>
  typeof arg === 'function'
    ? (error: unknown, result: unknown) => {
        countRows(result, traffic);
        arg(error, result);
      }
    : arg;
