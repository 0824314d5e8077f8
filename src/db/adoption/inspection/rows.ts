import { type Query, type SharedTable, sharedTables, type Tables } from './catalogue.js';
import type { RowRule } from './column-rules.js';
import { rowRules } from './row-rules.js';

/** Rows that break a rule. */
export interface RowFinding {
  readonly rule: RowRule;
  /** How many they are. */
  readonly total: number;
  /** The first of them. */
  readonly rows: readonly FoundRow[];
}

interface FoundRow {
  readonly id: string | null;
  readonly detail: string | null;
}

/**
 * Finds the rows that break a rule. One pass over each table counts them for all rules.
 * @param limit how many rows are listed for each rule.
 */
export async function findRows(query: Query, tables: Tables, limit: number): Promise<RowFinding[]> {
  const rules = rowRules(tables);
  const findings: RowFinding[] = [];
  for (const table of sharedTables) {
    const tableRules = rules.filter((rule) => rule.table === table);
    for (const [index, total] of (await countRows(query, table, tableRules)).entries()) {
      const rule = tableRules[index];
      if (rule && total > 0) findings.push({ rule, total, rows: await listRows(query, rule, limit) });
    }
  }
  return findings;
}

async function countRows(query: Query, table: SharedTable, rules: readonly RowRule[]): Promise<number[]> {
  const counts = rules.map(({ where }) => `count(*) FILTER (WHERE ${where})`);
  const [row] = await query<{ counts: string[] }>(`SELECT ARRAY[${counts.join(', ')}]::text[] AS counts FROM ${table}`);
  return row?.counts.map(Number) ?? [];
}

const listRows = (query: Query, { table, where, detail = 'NULL', order = 'id' }: RowRule, limit: number): Promise<FoundRow[]> =>
  query(`SELECT id::text AS id, (${detail})::text AS detail FROM ${table} WHERE ${where} ORDER BY ${order} LIMIT ${limit}`);
