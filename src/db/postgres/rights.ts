import { readFile } from 'node:fs/promises';
import type pg from 'pg';
import { StartError } from '../../core/start-error.js';
import { prismaFolder } from '../migrations/migrate.js';
import { quoteName } from './session-settings.js';

// A role with USAGE or UPDATE may take numbers from a sequence. CASE: the function fails for other relations.
const findMissingRights = `
  SELECT relname AS name, string_agg(privilege, ', ' ORDER BY position) AS missing, false AS "isSequence"
  FROM pg_catalog.pg_class
    JOIN pg_catalog.pg_namespace ON pg_namespace.oid = relnamespace
    CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) WITH ORDINALITY AS rights (privilege, position)
  WHERE nspname = $1 AND relname = ANY($2::text[]) AND NOT pg_catalog.has_table_privilege(pg_class.oid, privilege)
  GROUP BY relname
  UNION ALL
  SELECT sequence.relname, 'USAGE', true
  FROM pg_catalog.pg_depend
    JOIN pg_catalog.pg_class AS sequence ON sequence.oid = objid
    JOIN pg_catalog.pg_class AS owner ON owner.oid = refobjid
    JOIN pg_catalog.pg_namespace ON pg_namespace.oid = owner.relnamespace
  WHERE nspname = $1 AND owner.relname = ANY($2::text[])
    AND CASE sequence.relkind WHEN 'S' THEN NOT pg_catalog.has_sequence_privilege(sequence.oid, 'USAGE, UPDATE') END
  ORDER BY name`;

/**
 * Checks that the role of a connection may read and write each of our tables, which another role may have made.
 * @param schema where they are.
 * @throws StartError that names what is missing, table by table.
 */
export async function checkRights(client: pg.Client, schema: string): Promise<void> {
  const datamodel = await readFile(new URL('schema.prisma', prismaFolder), 'utf8');
  const tables = [...datamodel.matchAll(/@@map\("(\w+)"\)/g)].map(([, name]) => name);
  const { rows } = await client.query<{ name: string; missing: string; isSequence: boolean }>(findMissingRights, [
    schema,
    tables,
  ]);
  if (rows.length === 0) return;
  const { rows: roles } = await client.query<{ role: string }>('SELECT current_user AS role');
  const role = quoteName(roles[0]?.role ?? '');
  const missing = rows.map((row) => `${row.missing} on ${row.name}`).join('; ');
  const [kind, rights] = rows.every((row) => row.isSequence)
    ? ['SEQUENCES', 'USAGE']
    : ['TABLES', 'SELECT, INSERT, UPDATE, DELETE'];
  const sequences =
    kind === 'TABLES' && rows.some((row) => row.isSequence)
      ? `; GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${quoteName(schema)} TO ${role}`
      : '';
  const cure = `GRANT ${rights} ON ALL ${kind} IN SCHEMA ${quoteName(schema)} TO ${role}${sequences}`;
  throw new StartError(`DATABASE_URL: the role ${role} lacks rights in the schema ${schema}: ${missing}; ${cure}.`);
}
