import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { bindMigrationAwareSqlAdapterFactory, type SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { StartError } from '../core/start-error.js';

const prismaFolder = new URL('../../prisma/', import.meta.url);

/** Runs a statement without values and returns its rows. */
type Query = (text: string) => Promise<Record<string, unknown>[]>;

/** One folder of `prisma/migrations`: its name and its SQL. */
interface Migration {
  readonly name: string;
  readonly sql: string;
}

async function readMigrations(): Promise<Migration[]> {
  const folder = new URL('migrations/', prismaFolder);
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => ({ name, sql: await readFile(new URL(`${name}/migration.sql`, folder), 'utf8') })),
  );
}

async function readDatamodel(): Promise<{ path: string; content: string }> {
  return { path: 'schema.prisma', content: await readFile(new URL('schema.prisma', prismaFolder), 'utf8') };
}

async function appliedMigrations(query: Query): Promise<Set<unknown>> {
  const [found] = await query(`SELECT to_regclass('_prisma_migrations') IS NOT NULL AS exists`);
  if (!found?.exists) return new Set();
  const rows = await query(
    'SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
  );
  return new Set(rows.map((row) => row.migration_name));
}

/**
 * Applies what is missing of `prisma/migrations` through Prisma's own engine, which keeps `_prisma_migrations`, so
 * that `prisma migrate deploy` stays usable. With nothing missing the engine is not even loaded.
 * @throws StartError that names the migration that failed.
 */
export async function migrate(query: Query, adapter: SqlMigrationAwareDriverAdapterFactory): Promise<void> {
  const migrations = await readMigrations();
  const applied = await appliedMigrations(query);
  if (migrations.every(({ name }) => applied.has(name))) return;
  const engine = await openEngine(adapter);
  try {
    await engine.applyMigrations({ migrationsList: migrationsList(migrations), filters: noFilters });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StartError(`The database could not be migrated: ${reason.replace(/\s+/g, ' ').trim()}`, { cause });
  }
}

/**
 * Writes the SQL that leads from a database to `prisma/schema.prisma`.
 * @param adapter a database on which every migration has been applied.
 * @returns SQL; a comment alone when there is no difference.
 */
export async function differenceFrom(adapter: SqlMigrationAwareDriverAdapterFactory): Promise<string> {
  const files = [await readDatamodel()];
  const engine = await openEngine(adapter);
  const { stdout } = await engine.diff({
    from: { tag: 'schemaDatasource', files, configDir: fileURLToPath(prismaFolder) },
    to: { tag: 'schemaDatamodel', files },
    script: true,
    exitCode: null,
    filters: noFilters,
  });
  return stdout ?? '';
}

const noFilters = { externalTables: [], externalEnums: [] };

const migrationsList = (migrations: readonly Migration[]) => ({
  baseDir: fileURLToPath(new URL('migrations', prismaFolder)),
  lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
  shadowDbInitScript: '',
  migrationDirectories: migrations.map(({ name, sql }) => ({
    path: name,
    migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value: sql } },
  })),
});

// The package's own entry imports .wasm as a module, which Node before 24 cannot: its parts are put together here,
// once, for the package keeps one memory.
let engineModule: ReturnType<typeof loadEngine> | undefined;

async function loadEngine() {
  const loaded = await import('@prisma/schema-engine-wasm/schema_engine_bg');
  const require = createRequire(import.meta.url);
  const binary = require.resolve('@prisma/schema-engine-wasm/schema_engine_bg').replace(/\.js$/, '.wasm');
  const { instance } = await WebAssembly.instantiate(await readFile(binary), { './schema_engine_bg.js': loaded as never });
  loaded.__wbg_set_wasm(instance.exports);
  (instance.exports.__wbindgen_start as () => void)();
  return loaded;
}

async function openEngine(adapter: SqlMigrationAwareDriverAdapterFactory) {
  engineModule ??= loadEngine();
  const { SchemaEngine } = await engineModule;
  const { path, content } = await readDatamodel();
  return SchemaEngine.new({ datamodels: [[path, content]] }, () => {}, bindMigrationAwareSqlAdapterFactory(adapter));
}
