import { createHash, randomUUID } from 'node:crypto';
import type { Query } from './inspection/catalogue.js';
import type { Migration } from './inspection/names.js';

// Prisma 7.10's own table: `prisma migrate deploy` and the start read it.
const createHistory = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY NOT NULL, "checksum" VARCHAR(64) NOT NULL, "finished_at" TIMESTAMPTZ,
  "migration_name" VARCHAR(255) NOT NULL, "logs" TEXT, "rolled_back_at" TIMESTAMPTZ,
  "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(), "applied_steps_count" INTEGER NOT NULL DEFAULT 0)`;

// A constant of Prisma's schema engine, which every start and `prisma migrate deploy` takes while they migrate.
const engineLock = 72_707_369;

/** Keeps others from migrating until the transaction ends. */
export const lockHistory = (query: Query): Promise<unknown> => query(`SELECT pg_advisory_xact_lock(${engineLock})`);

/** @returns the names of the migrations that the schema's history has as applied. */
export async function readHistory(query: Query): Promise<ReadonlySet<string>> {
  const [found] = await query<{ exists: boolean }>(
    `SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = current_schema() AND tablename = '_prisma_migrations') AS exists`,
  );
  if (!found?.exists) return new Set();
  const rows = await query<{ name: string }>(
    'SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
  );
  return new Set(rows.map(({ name }) => name));
}

/** Runs migrations in the transaction that is open, and records them as Prisma does, with the SHA-256 of their SQL. */
export async function runMigrations(
  query: Query,
  migrations: readonly Migration[],
  run: (migration: Migration) => Promise<unknown>,
): Promise<void> {
  await query(createHistory);
  // An attempt that failed left nothing behind.
  await query('UPDATE _prisma_migrations SET rolled_back_at = now() WHERE finished_at IS NULL AND rolled_back_at IS NULL');
  for (const migration of migrations) {
    await run(migration);
    await query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, clock_timestamp(), clock_timestamp(), 1)`,
      [randomUUID(), createHash('sha256').update(migration.sql).digest('hex'), migration.name],
    );
  }
}

/** @returns the statements of the first migration, except those that make `users` and `tasks`: adoption brings these into form. */
export function statementsBesideTables(sql: string): string {
  const statements = sql.match(/(?:--.*|\$\$[\s\S]*?\$\$|[^;])+;/g) ?? [];
  const isReplaced = /^(?:\s|--.*\n)*CREATE (?:TABLE "(?:users|tasks)"|UNIQUE INDEX "users_email_key")/;
  return statements.filter((statement) => !isReplaced.test(statement)).join('\n');
}
