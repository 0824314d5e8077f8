import { type Query, schemaOid } from './catalogue.js';

/** One migration of Tandem's: its folder's name and its SQL. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}

/** What Tandem's migrations create beside `users` and `tasks`. */
export interface CreatedNames {
  readonly tables: readonly string[];
  /** Indexes, sequences and types, which share their names with tables. */
  readonly others: readonly string[];
  readonly functions: readonly string[];
  /** Columns that later migrations add to `users` and `tasks`, such as `tasks.version`. */
  readonly columns: readonly string[];
}

/** What adoption itself brings into Tandem's form (keys.ts). */
const shared = ['users', 'tasks', 'users_email_key'];

/** Reads from the SQL of the migrations what they create. */
export function createdNames(migrations: readonly Migration[]): CreatedNames {
  const sql = migrations.map((migration) => migration.sql).join('\n');
  const find = (pattern: RegExp): string[] =>
    [...sql.matchAll(pattern)].map(([, ...names]) => names.join('.')).filter((name) => !shared.includes(name));
  return {
    tables: find(/^CREATE TABLE "(\w+)"/gm),
    others: find(/^CREATE (?:UNIQUE INDEX|INDEX|SEQUENCE|TYPE) "(\w+)"/gm),
    functions: find(/^CREATE FUNCTION "(\w+)"/gm),
    columns: [...sql.matchAll(/^ALTER TABLE "(users|tasks)"([^;]*)/gm)].flatMap(([, table, clauses = '']) =>
      [...clauses.matchAll(/ADD COLUMN\s+"(\w+)"/g)].map(([, column]) => `${table}.${column}`),
    ),
  };
}

/** @returns those of the names that the schema has already, each with its kind, such as "table sessions". */
export async function findTakenNames(query: Query, { tables, others, functions }: CreatedNames): Promise<string[]> {
  const list = (names: readonly string[]) => names.map((name) => `'${name}'`).join(', ') || 'NULL';
  const relations = list([...tables, ...others]);
  const rows = await query<{ taken: string }>(
    `SELECT CASE relkind WHEN 'r' THEN 'table ' WHEN 'i' THEN 'index ' WHEN 'S' THEN 'sequence ' WHEN 'v' THEN 'view ' ELSE 'relation ' END
       || relname AS taken FROM pg_class WHERE relnamespace = ${schemaOid} AND relname IN (${relations})
     UNION SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = ${schemaOid} AND proname IN (${list(functions)}) AND pronargs = 0
     UNION SELECT 'type ' || typname FROM pg_type WHERE typnamespace = ${schemaOid} AND typname IN (${relations}) AND typtype IN ('e', 'd')
     ORDER BY 1`,
  );
  return rows.map(({ taken }) => taken);
}
