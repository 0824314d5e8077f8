import { statfsSync } from 'node:fs';

const mebibyte = 2 ** 20;

/**
 * Room that the embedded database leaves free: one more file of its write-ahead log (16 MiB), and growth of its tables. When the
 * log finds no room, PostgreSQL panics, and PGlite 0.5.16 spins for ever at the next statement.
 */
const reserveBytes = 24 * mebibyte;

/** Writes go on when there is this much again, so that they do not stop at each small file that somebody removes. */
const resumeBytes = 28 * mebibyte;

/** A new database is 39 MiB large. */
const newDatabaseBytes = 40 * mebibyte + resumeBytes;

/** A checkpoint may need one more file of the log. */
const checkpointBytes = 17 * mebibyte;

/** How long a result counts, in milliseconds: asking the system takes 16 µs. */
const ttlMs = 10;

/** @returns the free bytes of a folder's file system, for users without privileges; infinite where the system does not tell. */
function freeBytes(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** Tells whether a folder's file system has room for writes. */
export class DiskSpace {
  readonly #folder: string;
  #isLow = false;
  #checkedAt = Number.NEGATIVE_INFINITY;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Whether a checkpoint can run, which frees what the log no longer needs. */
  hasRoomForCheckpoint(): boolean {
    this.#checkedAt = Number.NEGATIVE_INFINITY;
    return freeBytes(this.#folder) >= checkpointBytes;
  }

  isLow(): boolean {
    const now = performance.now();
    if (now - this.#checkedAt < ttlMs) return this.#isLow;
    this.#checkedAt = now;
    this.#isLow = freeBytes(this.#folder) < (this.#isLow ? resumeBytes : reserveBytes);
    return this.#isLow;
  }
}

/** @returns why there is not room enough to open a database, or to make one; undefined when there is. */
export function findSpaceFault(folder: string, isNew: boolean): string | undefined {
  const free = freeBytes(folder);
  const needed = isNew ? newDatabaseBytes : reserveBytes;
  const inMebibytes = (bytes: number) => `${Math.floor(bytes / mebibyte)} MiB`;
  return free < needed
    ? `no space left on the disk: ${inMebibytes(free)} are free, ${inMebibytes(needed)} are needed`
    : undefined;
}
