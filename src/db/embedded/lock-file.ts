import { randomUUID } from 'node:crypto';
import { closeSync, constants, fstatSync, ftruncateSync, futimesSync, openSync, readFileSync, writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { hostname } from 'node:os';
import { z } from 'zod';
import { errorCode } from '../../core/file-error.js';

/** A process, as the lock file names it. */
const lockHolder = z.object({
  id: z.string(),
  host: z.string(),
  pid: z.number(),
  /** Processes on one machine see each other's kernel locks. */
  machine: z.string(),
  /** Whether it holds a kernel lock on the file as well. */
  hasKernelLock: z.boolean(),
});
export type LockHolder = z.infer<typeof lockHolder>;

/** The state of a lock file at one moment. */
export interface LockSample {
  /** Undefined when it is released, was never taken, or is being written. */
  readonly holder: LockHolder | undefined;
  readonly isEmpty: boolean;
  /** Changes with every heartbeat. */
  readonly version: string;
}

/** Beyond the content: Windows refuses others to read what is locked. */
const lockedByte = 2 ** 20;

/** A file that names the process which has a folder. It is never removed: two processes could lock two files of one name. */
export class LockFile {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #id = randomUUID();

  private constructor(file: FileHandle, path: string) {
    this.#file = file;
    this.#path = path;
  }

  /** Opens the file, and makes it when it is new. */
  static async open(path: string): Promise<LockFile> {
    return new LockFile(await open(path, constants.O_RDWR | constants.O_CREAT, 0o644), path);
  }

  /**
   * Takes the kernel's lock on the file, which ends with this process, also when that is killed, and no sooner.
   * @returns false when another process has it; undefined where there are no such locks: on musl and rare platforms, for which
   * fs-native-extensions has no binary, and on file systems without locks.
   */
  async tryKernelLock(): Promise<boolean | undefined> {
    try {
      const { tryLock } = await import('fs-native-extensions');
      return tryLock(this.#file.fd, lockedByte, 1);
    } catch {
      return undefined;
    }
  }

  /** Opens the file anew, so that a network file system asks its server. @throws when it cannot be read. */
  read(): LockSample {
    const fd = openSync(this.#path, 'r');
    try {
      const text = readFileSync(fd, 'utf8');
      const holder = lockHolder.safeParse(parseJson(text));
      return { holder: holder.data, isEmpty: text === '', version: `${fstatSync(fd).mtimeMs} ${text}` };
    } finally {
      closeSync(fd);
    }
  }

  /** Names this process as the holder. */
  claim(hasKernelLock: boolean): void {
    const holder: LockHolder = { id: this.#id, host: hostname(), pid: process.pid, machine: machineId(), hasKernelLock };
    const bytes = Buffer.from(`${JSON.stringify(holder)}\n`);
    writeSync(this.#file.fd, bytes, 0, bytes.length, 0);
    ftruncateSync(this.#file.fd, bytes.length);
  }

  /** Whether the file names this process. A file that was removed does not. @throws when it cannot be read. */
  isMine(): boolean {
    try {
      return this.read().holder?.id === this.#id;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return false;
      throw error;
    }
  }

  /** Changes the file's time, which needs no room on the disk. */
  beat(): void {
    const now = new Date();
    futimesSync(this.#file.fd, now, now);
  }

  /** Names nobody. */
  clear(): void {
    ftruncateSync(this.#file.fd, 0);
  }

  /** Releases the kernel's lock as well. */
  close(): Promise<void> {
    return this.#file.close();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Of Linux the identifier of this boot, which all containers of a machine share. */
export function machineId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return hostname();
  }
}
