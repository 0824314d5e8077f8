import { type Query, readTables, sharedTables, type Tables } from './inspection/catalogue.js';
import { findDependents } from './inspection/dependents.js';
import { findRows, type RowFinding } from './inspection/rows.js';
import { judgeColumns, retypedColumns } from './judgement/columns.js';
import { judgeExtras } from './judgement/extras.js';
import { combined, type Judgement, refused } from './judgement/judgement.js';
import { judgeKeys } from './judgement/keys.js';
import { judgeSequence } from './judgement/sequence.js';

/** All differences between an earlier back end's tables and those of Tandem's first migration. */
export interface Plan extends Judgement {
  readonly rows: readonly RowFinding[];
}

/**
 * Judges the tables and their rows.
 * @param tables as `recognizeSchema` found them.
 * @param added columns that later migrations add, such as `tasks.version`.
 * @param limit how many rows are listed for each rule.
 */
export async function makePlan(query: Query, tables: Tables, added: readonly string[], limit: number): Promise<Plan> {
  const faults = sharedTables.flatMap((name) => tables[name].faults.map((fault) => `${name} ${fault}`));
  // The rows may then be out of reach.
  if (faults.length > 0) return { changes: [], retained: [], refusals: faults, rows: [] };
  const rows = await findRows(query, tables, limit);
  return { ...(await judgeTables(query, tables, rows, added)), rows };
}

async function judgeTables(
  query: Query,
  tables: Tables,
  rows: readonly RowFinding[],
  added: readonly string[],
): Promise<Judgement> {
  const both = [tables.users, tables.tasks];
  const mended = (name: string) =>
    new Set(rows.filter(({ rule }) => rule.outcome === 'mended' && rule.table === name).map(({ rule }) => rule.column));
  const dependents: string[] = [];
  for (const table of both) dependents.push(...(await findDependents(query, table, retypedColumns(table, mended(table.name)))));
  return combined([
    ...both.map((table) => judgeColumns(table, mended(table.name), added)),
    judgeKeys(tables),
    await judgeSequence(query, tables.tasks),
    ...both.map(judgeExtras),
    refused(...dependents),
  ]);
}

/** Whether there is something that adoption does not decide. */
export const isRefused = ({ refusals, rows }: Plan): boolean =>
  refusals.length > 0 || rows.some(({ rule }) => rule.outcome === 'refused');

/** @returns the statements of a plan, in order. Each table is rewritten once at most. */
export function statementsOf({ changes }: Judgement): string[] {
  const alterations = sharedTables.flatMap((table) => {
    const clauses = changes.flatMap((change) => (change.clauses?.table === table ? change.clauses.sql : []));
    return clauses.length ? [`ALTER TABLE ${table} ${clauses.join(', ')}`] : [];
  });
  return [...changes.flatMap(({ before = [] }) => before), ...alterations, ...changes.flatMap(({ after = [] }) => after)];
}

/** @returns the differences that are left, those of rows aside; empty when the tables are as the first migration makes them. */
export async function findDifferences(query: Query): Promise<string[]> {
  const { users, tasks } = await readTables(query);
  if (!users || !tasks) return ['users or tasks is gone'];
  const { changes, refusals } = await judgeTables(query, { users, tasks }, [], []);
  return [...changes.map(({ text }) => text), ...refusals];
}
