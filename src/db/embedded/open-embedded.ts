import { mkdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { type PGlite, types } from '@electric-sql/pglite';
import { PrismaPGlite } from 'pglite-prisma-adapter';
import { fileErrorReason } from '../../core/file-error.js';
import { StartError } from '../../core/start-error.js';
import { PrismaClient } from '../../generated/prisma/client.js';
import type { Logger } from '../../log/log.js';
import { checkTables, type Database } from '../database.js';
import { migrate } from '../migrations/migrate.js';
import { migrationAdapter } from '../migrations/migration-adapter.js';
import { toRfc3339 } from '../moments.js';
import { transactionOf } from '../transaction.js';
import { describeFileError, describeOpenFault, findFolderFault } from './data-folder.js';
import { DiskSpace } from './disk-space.js';
import { embeddedAdapter } from './embedded-adapter.js';
import { Engine, EngineOpenError } from './engine.js';
import { EngineSupervisor } from './engine-supervisor.js';
import { FolderInUseError, lockFolder } from './folder-lock.js';
import type { LockHolder } from './lock-file.js';
import type { FolderLock } from './lock-heartbeat.js';

/**
 * Opens the embedded database below a folder, making both when they are new.
 * It survives the end of this process at any moment, but not a power cut: PGlite never syncs its files.
 * @throws StartError when another process has it open, or its files cannot be read or written, with the reason.
 */
export async function openEmbedded(dataDir: string, log?: Logger): Promise<Database> {
  const folder = path.join(dataDir, 'pglite');
  await mkdir(folder, { recursive: true }).catch((cause) => {
    throw new StartError(`DATA_DIR: ${folder} cannot be created: ${fileErrorReason(cause)}.`, { cause });
  });
  const lock = await lockDataFolder(dataDir, await realpath(folder), log);
  try {
    const fault = await findFolderFault(folder);
    if (fault) throw cannotOpen(dataDir, fault);
    const supervisor = await startEngine(dataDir, folder, lock, log);
    return await serveEmbedded(supervisor.client, async () => {
      if (!lock.isLost) await supervisor.close();
      await lock.release();
    });
  } catch (error) {
    await lock.release();
    throw error;
  }
}

const cannotOpen = (dataDir: string, reason: string, cause?: unknown) =>
  new StartError(`DATA_DIR: the embedded database in ${dataDir} cannot be opened: ${reason}.`, { cause });

async function startEngine(
  dataDir: string,
  folder: string,
  { check }: FolderLock,
  log: Logger | undefined,
): Promise<EngineSupervisor> {
  const open = () => Engine.open(folder, check);
  const engine = await open().catch(async (cause) => {
    const messages = cause instanceof EngineOpenError ? cause.messages : [];
    throw cannotOpen(dataDir, await describeOpenFault(folder, messages), cause);
  });
  return new EngineSupervisor({ engine, open, space: new DiskSpace(folder), log });
}

async function lockDataFolder(dataDir: string, folder: string, log: Logger | undefined): Promise<FolderLock> {
  try {
    return await lockFolder(folder, {
      onWait: (holder) => log?.warn({ folder, holder: describe(holder) }, 'database.lock-waiting'),
      onHeartbeatFailed: (err) => log?.warn({ err, folder }, 'database.lock-heartbeat-failed'),
      // Its writes would destroy those of the other process: the process ends as after any error that nothing catches.
      onLost: () =>
        setImmediate(() => {
          throw new Error(
            `${folder} was taken over by another process while this one was suspended, or its lock file was removed.`,
          );
        }),
    });
  } catch (cause) {
    if (!(cause instanceof FolderInUseError)) throw cannotOpen(dataDir, await describeFileError(folder, cause), cause);
    const reason = `${dataDir} is in use by another process${cause.holder ? ` (${describe(cause.holder)})` : ''}`;
    throw new StartError(`DATA_DIR: ${reason}; stop it, or set another DATA_DIR.`, { cause });
  }
}

const describe = (holder: LockHolder | undefined): string =>
  holder ? `process ${holder.pid} on host ${holder.host}` : 'unknown';

/**
 * Migrates an open PGlite and serves it as a `Database`.
 * @param closeEngine runs when the database is closed.
 */
export async function serveEmbedded(pglite: PGlite, closeEngine = () => pglite.close()): Promise<Database> {
  await pglite.exec("SET TimeZone = 'UTC'");
  // Disposing this adapter would close the database.
  const adapter = migrationAdapter(new PrismaPGlite(pglite), (script) => pglite.exec(script), { dispose: async () => {} });
  await migrate(async (text) => (await pglite.query<Record<string, unknown>>(text)).rows, adapter);
  const prisma = new PrismaClient({ adapter: embeddedAdapter(pglite) });
  let lastSuccess = Number.NEGATIVE_INFINITY;
  const query = async <Row>(text: string, values: readonly unknown[], signal?: AbortSignal): Promise<Row[]> => {
    signal?.throwIfAborted();
    const { rows } = await pglite.query<Row>(text, [...values], { parsers });
    lastSuccess = performance.now();
    return rows;
  };
  return {
    kind: 'embedded',
    prisma,
    ready: Promise.resolve(),
    query,
    check: () => checkTables((text, values) => pglite.query(text, values), 'public'),
    lastSuccessAt: () => lastSuccess,
    // PGlite takes no values with several statements, and has no round trips.
    transaction: transactionOf(prisma, () => undefined),
    close: async () => {
      await prisma.$disconnect();
      await closeEngine();
    },
  };
}

const parsers = { [types.TIMESTAMPTZ]: toRfc3339 };
