import { createHash, randomUUID } from 'node:crypto';
import { createRecords, forgetUnfinished } from '../migrations/records.js';
import type { Query } from './inspection/catalogue.js';
import type { Migration } from './inspection/names.js';

// A constant of Prisma's schema engine, which every start and `prisma migrate deploy` takes while they migrate.
const engineLock = 72_707_369;

/** Keeps others from migrating until the transaction ends. */
export const lockHistory = (query: Query): Promise<unknown> => query(`SELECT pg_advisory_xact_lock(${engineLock})`);

/** Runs migrations in the transaction that is open, and records them as Prisma does, with the SHA-256 of their SQL. */
export async function runMigrations(
  query: Query,
  migrations: readonly Migration[],
  run: (migration: Migration) => Promise<unknown>,
): Promise<void> {
  await query(createRecords);
  await query(forgetUnfinished);
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
