import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { projectFolder } from '../../core/project.js';
import { StartError } from '../../core/start-error.js';
import { findObstacle } from '../adoption/recognize.js';
import { createRecords, forgetUnfinished, type Query, readApplied } from './records.js';
import { firstWords, withSchemaEngine } from './schema-engine.js';

/** Holds `schema.prisma` and `migrations/`. */
export const prismaFolder = new URL('prisma/', projectFolder);

/** One folder of `prisma/migrations`: its name and its SQL. */
interface Migration {
  readonly name: string;
  readonly sql: string;
}

/** @returns them in their order, by name. */
export async function readMigrations(folder: URL = prismaFolder): Promise<Migration[]> {
  const migrationsFolder = new URL('migrations/', folder);
  const entries = await readdir(migrationsFolder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => ({ name, sql: await readFile(new URL(`${name}/migration.sql`, migrationsFolder), 'utf8') })),
  );
}

const readDatamodel = (folder: URL): Promise<string> => readFile(new URL('schema.prisma', folder), 'utf8');

/** @returns the names of those that the database lacks. */
async function findMissing(query: Query, migrations: readonly Migration[]): Promise<string[]> {
  const applied = await readApplied(query);
  return migrations.map(({ name }) => name).filter((name) => !applied.has(name));
}

/** Whether a database lacks a migration. */
export async function isOutdated(query: Query, folder: URL = prismaFolder): Promise<boolean> {
  return (await findMissing(query, await readMigrations(folder))).length > 0;
}

// A script and the record of its end are one message, which PostgreSQL runs as one transaction: what failed, or was
// killed on its way, left nothing behind, and may be tried again once it counts as rolled back.
const recordEnd = 'UPDATE _prisma_migrations SET finished_at = now() WHERE finished_at IS NULL AND rolled_back_at IS NULL';

/**
 * Applies what is missing of `prisma/migrations` through Prisma's own engine, which keeps `_prisma_migrations`, so
 * that `prisma migrate deploy` stays usable. With nothing missing the engine is not even loaded.
 * @param adapter its scripts must run on a connection that this process alone migrates with.
 * @throws StartError that names the migration that failed.
 */
export async function migrate(
  query: Query,
  adapter: SqlMigrationAwareDriverAdapterFactory,
  folder: URL = prismaFolder,
): Promise<void> {
  const migrations = await readMigrations(folder);
  const missing = await findMissing(query, migrations);
  if (missing.length === 0) return;
  // A schema without the first migration may hold another program's tables.
  const obstacle = missing[0] === migrations[0]?.name ? await findObstacle(query, migrations) : undefined;
  if (obstacle) throw new StartError(obstacle);
  await query(createRecords);
  await query(forgetUnfinished);
  let failure: string | undefined;
  const recording = aroundScripts(adapter, async (script, run) => {
    await run(`${script}\n;${recordEnd}`).catch((error) => {
      // The engine would only say that an external error happened.
      failure = `${migrations.find(({ sql }) => sql === script)?.name}: ${firstWords(error)}`;
      if (Object(error).code === '42501') failure += '; migrate as the owner of the tables: DATABASE_DIRECT_URL';
      throw error;
    });
  });
  try {
    await withSchemaEngine(recording, await readDatamodel(folder), (engine) =>
      engine.applyMigrations({ migrationsList: migrationsList(migrations), filters: noFilters }),
    );
  } catch (cause) {
    throw new StartError(`The database could not be migrated: ${failure ?? firstWords(cause)}`, { cause });
  }
}

function aroundScripts(
  factory: SqlMigrationAwareDriverAdapterFactory,
  around: (script: string, run: (script: string) => Promise<void>) => Promise<void>,
): SqlMigrationAwareDriverAdapterFactory {
  const connect = async () => {
    const connection = await factory.connect();
    const run = connection.executeScript.bind(connection);
    return Object.assign(connection, { executeScript: (script: string) => around(script, run) });
  };
  const { provider, adapterName } = factory;
  return { provider, adapterName, connect, connectToShadowDb: connect };
}

/**
 * Writes the SQL that leads from a database to `schema.prisma`.
 * @param adapter a database on which every migration has been applied.
 * @returns SQL; a comment alone when there is no difference.
 * @throws StartError when the schema cannot be read.
 */
export async function differenceFrom(
  adapter: SqlMigrationAwareDriverAdapterFactory,
  folder: URL = prismaFolder,
): Promise<string> {
  const content = await readDatamodel(folder);
  const files = [{ path: 'schema.prisma', content }];
  try {
    const { stdout } = await withSchemaEngine(adapter, content, (engine) =>
      engine.diff({
        from: { tag: 'schemaDatasource', files, configDir: fileURLToPath(folder) },
        to: { tag: 'schemaDatamodel', files },
        script: true,
        exitCode: null,
        filters: noFilters,
      }),
    );
    return stdout ?? '';
  } catch (cause) {
    throw new StartError(`schema.prisma cannot be compared: ${firstWords(cause)}`, { cause });
  }
}

const noFilters = { externalTables: [], externalEnums: [] };

const migrationsList = (migrations: readonly Migration[]) => ({
  baseDir: 'migrations',
  lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
  shadowDbInitScript: '',
  migrationDirectories: migrations.map(({ name, sql }) => ({
    path: name,
    migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value: sql } },
  })),
});
