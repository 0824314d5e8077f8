// Prisma's records of migrations (7.10), which `prisma migrate deploy` reads, too.

/** Runs a statement without values and returns its rows. */
export type Query = (text: string) => Promise<Record<string, unknown>[]>;

/** Creates the table of the records. Prisma creates it only in a schema without any other table. */
export const createRecords = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ, migration_name VARCHAR(255) NOT NULL,
  logs TEXT, rolled_back_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0
)`;

/** Records attempts that did not finish as rolled back: they changed nothing, and may be repeated. */
export const forgetUnfinished =
  'UPDATE _prisma_migrations SET rolled_back_at = now() WHERE finished_at IS NULL AND rolled_back_at IS NULL';

/** The table, in the schema of our tables: other schemas of the search path may have their own. */
const findRecords = `SELECT 1 FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON pg_namespace.oid = relnamespace
  WHERE nspname = current_schema() AND relname = '_prisma_migrations'`;
const findFinished = 'SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL';

/** @returns the names of the migrations that have been applied; none when there are no records. */
export async function readApplied(query: Query): Promise<ReadonlySet<unknown>> {
  const hasRecords = (await query(findRecords)).length > 0;
  return new Set((hasRecords ? await query(findFinished) : []).map((row) => row.migration_name));
}
