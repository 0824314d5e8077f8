import { type Query, schemaOid, type Table } from './catalogue.js';

/**
 * Finds what PostgreSQL does not let a column's type be changed under: views, rules, policies, generated columns, triggers and
 * publications that name the column.
 * @param columns those whose type is to change.
 * @returns a line for each, such as "view report needs users.created_at".
 */
export async function findDependents(query: Query, table: Table, columns: readonly string[]): Promise<string[]> {
  const rows = await query<{ dependent: string; column: string }>(
    `SELECT DISTINCT pg_describe_object(d.classid, d.objid, 0) AS dependent, attname AS column
     FROM pg_class t JOIN pg_attribute a ON attrelid = t.oid AND attname = ANY($2)
       JOIN pg_depend d ON refclassid = 'pg_class'::regclass AND refobjid = t.oid AND refobjsubid = attnum
     WHERE t.relnamespace = ${schemaOid} AND t.relname = $1 AND (
       d.classid IN ('pg_rewrite'::regclass, 'pg_policy'::regclass, 'pg_trigger'::regclass)
       OR d.classid = to_regclass('pg_catalog.pg_publication_rel')
       OR d.classid = 'pg_attrdef'::regclass AND EXISTS (
         SELECT FROM pg_attrdef JOIN pg_attribute g ON g.attrelid = adrelid AND g.attnum = adnum
         WHERE pg_attrdef.oid = d.objid AND g.attgenerated <> ''))
     ORDER BY 1, 2`,
    [table.name, columns],
  );
  return rows.map(
    ({ dependent, column }) =>
      `${dependent}: it uses ${table.name}.${column}, whose type changes. Cure: drop it, and create it again after`,
  );
}
