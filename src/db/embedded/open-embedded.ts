import { mkdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { PGlite, types } from '@electric-sql/pglite';
import { PrismaPGlite } from 'pglite-prisma-adapter';
import { fileErrorReason } from '../../core/file-error.js';
import { StartError } from '../../core/start-error.js';
import { PrismaClient } from '../../generated/prisma/client.js';
import { checkStatement, type Database } from '../database.js';
import { migrate } from '../migrations/migrate.js';
import { migrationAdapter } from '../migrations/migration-adapter.js';
import { toRfc3339 } from '../moments.js';
import { transactionOf } from '../transaction.js';
import { findFolderFault } from './data-folder.js';
import { lockFolder } from './lock.js';

/**
 * Opens the embedded database below a folder, making both when they are new.
 * It survives the end of this process at any moment, but not a power cut: PGlite never syncs its files.
 * @throws StartError when another process has it open, or its files cannot be read or written, with the reason.
 */
export async function openEmbedded(dataDir: string): Promise<Database> {
  const folder = path.join(dataDir, 'pglite');
  await mkdir(folder, { recursive: true }).catch((cause) => {
    throw new StartError(`DATA_DIR: ${folder} cannot be created: ${fileErrorReason(cause)}.`, { cause });
  });
  const unlock = await lockFolder(await realpath(folder));
  if (!unlock) throw new StartError(`DATA_DIR: ${dataDir} is in use by another process; stop it, or set another DATA_DIR.`);
  try {
    const pglite = await PGlite.create(folder).catch(async (cause) => {
      const reason = await findFolderFault(folder);
      throw new StartError(`DATA_DIR: the embedded database in ${dataDir} cannot be opened: ${reason}.`, { cause });
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
  // Disposing this adapter would close the database.
  const adapter = migrationAdapter(new PrismaPGlite(pglite), (script) => pglite.exec(script), { dispose: async () => {} });
  await migrate(async (text) => (await pglite.query<Record<string, unknown>>(text)).rows, adapter);
  const prisma = new PrismaClient({ adapter: new PrismaPGlite(pglite) });
  let lastSuccess = Number.NEGATIVE_INFINITY;
  const query = async <Row>(text: string, values: readonly unknown[]): Promise<Row[]> => {
    const { rows } = await pglite.query<Row>(text, [...values], { parsers });
    lastSuccess = performance.now();
    return rows;
  };
  return {
    kind: 'embedded',
    prisma,
    ready: Promise.resolve(),
    query,
    check: async () => {
      const [found] = await query<{ hasTables: boolean }>(checkStatement, []);
      if (!found?.hasTables) throw new Error('The database lacks the tables users and tasks.');
    },
    lastSuccessAt: () => lastSuccess,
    transaction: transactionOf(prisma),
    close: async () => {
      await prisma.$disconnect();
      await pglite.close();
      await afterClose();
    },
  };
}

const parsers = { [types.TIMESTAMPTZ]: toRfc3339 };
