import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import { PrismaPGlite } from 'pglite-prisma-adapter';
import { StartError } from '../src/core/start-error.js';
import { differenceFrom, migrate, prismaFolder } from '../src/db/migrations/migrate.js';
import { migrationAdapter } from '../src/db/migrations/migration-adapter.js';

/**
 * Writes the migration that leads from the existing ones to `schema.prisma`, for review. It needs no database: the
 * existing migrations are applied to one in memory.
 * @param name what it does, such as `add_labels`.
 * @returns its folder's name; undefined when there is no difference.
 * @throws StartError for a name that is none, and for a schema or a migration that is faulty.
 */
export async function createMigration(name: string, folder: URL = prismaFolder): Promise<string | undefined> {
  if (!/^[a-z0-9_]{1,60}$/.test(name)) {
    throw new StartError(`A migration's name is made of lower-case letters, digits and underscores, 60 at most: not "${name}".`);
  }
  const sql = await readDifference(folder);
  // Without a difference the engine writes a comment alone.
  if (sql.replace(/^--.*$/gm, '').trim() === '') return undefined;
  const migrations = new URL('migrations/', folder);
  const created = `${await nextStamp(migrations)}_${name}`;
  await mkdir(new URL(`${created}/`, migrations));
  await writeFile(new URL(`${created}/migration.sql`, migrations), sql);
  return created;
}

async function readDifference(folder: URL): Promise<string> {
  const pglite = await PGlite.create();
  try {
    const adapter = migrationAdapter(new PrismaPGlite(pglite), (script) => pglite.exec(script), { dispose: async () => {} });
    await migrate(async (text) => (await pglite.query<Record<string, unknown>>(text)).rows, adapter, folder);
    return await differenceFrom(adapter, folder);
  } finally {
    await pglite.close();
  }
}

// Migrations are applied in the order of their names: a clock that is behind must not put a new one before an old one.
async function nextStamp(migrations: URL): Promise<number> {
  const stamps = (await readdir(migrations)).map((entry) => Number.parseInt(entry, 10)).filter(Number.isFinite);
  const now = Number(new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14));
  return Math.max(now, ...stamps.map((stamp) => stamp + 1));
}
