import { mkdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { PrismaPGlite } from 'pglite-prisma-adapter';
import { StartError } from '../core/start-error.js';
import { PrismaClient } from '../generated/prisma/client.js';
import type { Database } from './client.js';
import { lockFolder } from './lock.js';
import { migrate } from './migrate.js';

/**
 * Opens the embedded database below a folder, making both when they are new.
 * It survives the end of this process at any moment, but not a power cut: PGlite never syncs its files.
 * @throws StartError when another process has it open, or its files cannot be read.
 */
export async function openEmbedded(dataDir: string): Promise<Database> {
  const folder = path.join(dataDir, 'pglite');
  await mkdir(folder, { recursive: true }).catch((cause) => {
    throw new StartError(`DATA_DIR: ${dataDir} cannot be written.`, { cause });
  });
  const unlock = await lockFolder(await realpath(folder));
  if (!unlock) throw new StartError(`DATA_DIR: ${dataDir} is in use by another process; stop it, or set another DATA_DIR.`);
  try {
    const pglite = await PGlite.create(folder).catch((cause) => {
      throw new StartError(`DATA_DIR: the embedded database in ${dataDir} cannot be opened.`, { cause });
    });
    return await serveEmbedded(pglite, unlock);
  } catch (error) {
    await unlock();
    throw error;
  }
}

/**
 * Migrates an open PGlite and serves it as a `Database`.
 * @param afterClose runs when it is closed.
 */
export async function serveEmbedded(pglite: PGlite, afterClose: () => Promise<void> = async () => {}): Promise<Database> {
  await pglite.exec("SET TimeZone = 'UTC'");
  await migrate(async (text) => (await pglite.query<Record<string, unknown>>(text)).rows, migrationAdapter(pglite));
  const prisma = new PrismaClient({ adapter: new PrismaPGlite(pglite) });
  return {
    kind: 'embedded',
    prisma,
    query: async <Row>(text: string, values: readonly unknown[]) => (await pglite.query<Row>(text, [...values])).rows,
    close: async () => {
      await prisma.$disconnect();
      await pglite.close();
      await afterClose();
    },
  };
}

// pglite-prisma-adapter 0.7.2 does not await a script, so that a migration would count as applied before it ran,
// and disposing its adapter closes the database.
function migrationAdapter(pglite: PGlite): SqlMigrationAwareDriverAdapterFactory {
  const factory = new PrismaPGlite(pglite);
  const patched = async () =>
    Object.assign(await factory.connect(), {
      executeScript: async (script: string) => {
        await pglite.exec(script);
      },
      dispose: async () => {},
    });
  return { provider: factory.provider, adapterName: factory.adapterName, connect: patched, connectToShadowDb: patched };
}
