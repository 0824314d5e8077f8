import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LockFile, type LockHolder, type LockSample, machineId } from './lock-file.js';
import { type FolderLock, holdLock, type LockEvents } from './lock-heartbeat.js';
import { lockBySocket } from './socket-lock.js';

const pollMs = 200;
/** A holder that lives has sent a heartbeat by then, in milliseconds. */
const announceMs = 1_500;
/** Without a heartbeat for this time a lock is taken over, in milliseconds. Together with `graceMs` less than 10 s. */
const staleMs = 5_000;
/** After that its holder has this time to find out, in milliseconds: it looks at the file more often. */
const graceMs = 2_000;

interface FolderLockEvents extends LockEvents {
  /** Called once, when another process has the lock, or had it until it was killed. */
  onWait?(holder: LockHolder | undefined): void;
}

/** Another process has the lock. */
export class FolderInUseError extends Error {
  constructor(readonly holder: LockHolder | undefined) {
    super('The folder is in use');
  }
}

/**
 * Takes a folder for this process alone (docs/decisions/embedded-database-lock.md). A lock whose holder was killed is waited for
 * and taken over.
 * @param folder its real path.
 * @throws FolderInUseError; an error of the file system when the lock file cannot be written.
 */
export async function lockFolder(folder: string, events: FolderLockEvents = {}): Promise<FolderLock> {
  const file = await LockFile.open(path.join(folder, 'tandem.lock'));
  try {
    const { releaseSocket } = await acquire(folder, file, events);
    return holdLock(file, releaseSocket, events);
  } catch (error) {
    await file.close();
    throw error;
  }
}

interface KernelLocks {
  readonly hasFileLock: boolean;
  releaseSocket(): Promise<void>;
}

async function acquire(folder: string, file: LockFile, { onWait }: FolderLockEvents): Promise<KernelLocks> {
  const first = file.read();
  const startedAt = performance.now();
  let locks: KernelLocks | undefined;
  let isWaiting = false;
  try {
    for (;;) {
      locks ??= await tryKernelLocks(folder, file);
      const sample = file.read();
      if (locks && isReleased(sample, locks)) return await claim(file, locks, !locks.hasFileLock);
      const isAlive = sample.version !== first.version && !sample.isEmpty;
      const isStale = performance.now() - startedAt > staleMs;
      if (isAlive || (isStale && !locks)) throw new FolderInUseError(sample.holder);
      if (isStale && locks) return await claim(file, locks, true);
      if (!isWaiting && performance.now() - startedAt > announceMs) {
        isWaiting = true;
        onWait?.(sample.holder);
      }
      await sleep(pollMs);
    }
  } catch (error) {
    await locks?.releaseSocket();
    throw error;
  }
}

async function tryKernelLocks(folder: string, file: LockFile): Promise<KernelLocks | undefined> {
  const releaseSocket = await lockBySocket(folder);
  if (!releaseSocket) return undefined;
  const hasFileLock = await file.tryKernelLock();
  if (hasFileLock !== false) return { releaseSocket, hasFileLock: hasFileLock === true };
  await releaseSocket();
  return undefined;
}

/** The kernel's lock proves that a holder on this machine, which had it, has ended. */
const isReleased = ({ isEmpty, holder }: LockSample, { hasFileLock }: KernelLocks): boolean =>
  isEmpty || (hasFileLock && holder?.hasKernelLock === true && holder.machine === machineId());

/** @param isContested whether others may claim the file at the same time, or its suspended holder may wake up. */
async function claim(file: LockFile, locks: KernelLocks, isContested: boolean): Promise<KernelLocks> {
  file.claim(locks.hasFileLock);
  if (isContested) await sleep(graceMs);
  if (!file.isMine()) throw new FolderInUseError(file.read().holder);
  return locks;
}
