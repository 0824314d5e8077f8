import pg from 'pg';
import type { Database } from '../../src/db/database.js';

/** What a driver was given. */
export interface Statement {
  readonly text: string;
  readonly values: unknown[];
}

/** A step of a plan, as PostgreSQL names its parts. */
export interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Filter?: string;
  readonly Plans?: PlanNode[];
}

/** Records every statement on tasks that reaches PostgreSQL while something runs, from Prisma or from us, once each. */
export async function recordStatements(run: () => Promise<unknown>): Promise<Statement[]> {
  const recorded = new Map<string, Statement>();
  const driver = pg.Client.prototype as unknown as { query(...args: unknown[]): unknown };
  const { query } = driver;
  driver.query = function record(this: unknown, ...args: unknown[]) {
    const [first, second] = args;
    const { text, values } = typeof first === 'string' ? { text: first, values: undefined } : (first as Partial<Statement>);
    if (text && /\btasks\b/.test(text)) recorded.set(text, { text, values: Array.isArray(second) ? second : (values ?? []) });
    return query.apply(this, args);
  };
  try {
    await run();
    return [...recorded.values()];
  } finally {
    driver.query = query;
  }
}

/** Plans a statement without running it. @returns the plan's steps, outermost first. */
export async function explain(db: Database, { text, values }: Statement): Promise<PlanNode[]> {
  const [row] = await db.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(`EXPLAIN (FORMAT JSON) ${text}`, values);
  if (!row) throw new Error(`There is no plan for ${text}`);
  return [...stepsOf(row['QUERY PLAN'][0].Plan)];
}

function* stepsOf(node: PlanNode): Generator<PlanNode> {
  yield node;
  for (const child of node.Plans ?? []) yield* stepsOf(child);
}
