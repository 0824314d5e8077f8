import type { LockFile } from './lock-file.js';
import { EmbeddedUnavailableError } from './unavailable.js';

const heartbeatMs = 1_000;
/** How old the last look at the file may be before a statement, in milliseconds. */
const checkMs = 500;
/** For this time the lock counts although its file cannot be read, in milliseconds. */
const unreadableMs = 3_000;

/** The lock of a folder, which this process has. */
export interface FolderLock {
  /** To be called before each statement. @throws EmbeddedUnavailableError when another process has the lock, or may have it. */
  check(): void;
  /** Whether another process has taken it over. */
  readonly isLost: boolean;
  release(): Promise<void>;
}

export interface LockEvents {
  /** Called once. */
  onLost?(): void;
  /** Called for the first of several failures. */
  onHeartbeatFailed?(error: unknown): void;
}

/** Keeps a lock until it is released or lost. */
export function holdLock(
  file: LockFile,
  releaseSocket: () => Promise<void>,
  { onLost, onHeartbeatFailed }: LockEvents,
): FolderLock {
  let isLost = false;
  let isReleased = false;
  let hasFailed = false;
  let checkedAt = performance.now();
  // The monotonic clock stands still while a virtual machine is suspended.
  let checkedAtTime = Date.now();

  function verify(): void {
    if (!isLost && !file.isMine()) {
      isLost = true;
      clearInterval(timer);
      onLost?.();
    }
    if (isLost) throw new EmbeddedUnavailableError('Another process has taken over the embedded database.');
    checkedAt = performance.now();
    checkedAtTime = Date.now();
  }

  function beat(): void {
    try {
      verify();
      file.beat();
      hasFailed = false;
    } catch (error) {
      if (!isLost && !hasFailed) onHeartbeatFailed?.(error);
      hasFailed = true;
    }
  }

  const timer = setInterval(beat, heartbeatMs);
  timer.unref();
  return {
    get isLost() {
      return isLost;
    },
    check: () => {
      if (isReleased) throw new EmbeddedUnavailableError('The embedded database is closed.');
      const elapsedMs = Math.max(performance.now() - checkedAt, Math.abs(Date.now() - checkedAtTime));
      if (!isLost && elapsedMs < checkMs) return;
      try {
        verify();
      } catch (cause) {
        if (isLost || elapsedMs > unreadableMs)
          throw new EmbeddedUnavailableError('The lock of the embedded database is lost, or cannot be read.', { cause });
      }
    },
    release: async () => {
      isReleased = true;
      clearInterval(timer);
      try {
        if (!isLost) file.clear();
      } finally {
        await file.close();
        await releaseSocket();
      }
    },
  };
}
