import { constants } from 'node:fs';
import { access, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { errorCode, fileErrorReason } from '../../core/file-error.js';
import { findSpaceFault } from './disk-space.js';

const restore = 'restore a backup or remove the folder';

/**
 * Finds out what forbids opening the folder of an embedded database.
 * @returns the reason as the end of a sentence; undefined when nothing is seen.
 */
export async function findFolderFault(folder: string): Promise<string | undefined> {
  const version = path.join(folder, 'PG_VERSION');
  try {
    await readFile(version);
    return findSpaceFault(folder, false);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') return describeFileError(version, error);
  }
  // PGlite would make a new database over the files of the old one.
  const isDatabase = await stat(path.join(folder, 'global', 'pg_control')).catch(() => undefined);
  return isDatabase ? `${version} is missing, and other files are there; ${restore}` : findSpaceFault(folder, true);
}

/**
 * Says why PostgreSQL did not open a folder, which PGlite's own error does not (0.5.16).
 * @param words PostgreSQL's fatal error and its details, as sentences.
 * @returns the reason as the end of a sentence.
 */
export async function describeOpenFault(folder: string, words: readonly string[]): Promise<string> {
  const fileFault = (await findUnusableFile(folder)) ?? (await findWriteFault(folder));
  if (fileFault) return fileFault;
  if (words.length === 0) return `its files are damaged, incomplete or of another version; ${restore}`;
  const remedy = words.some((each) => each.includes('initialized by PostgreSQL version'))
    ? 'start the release that wrote it, or remove the folder'
    : restore;
  return `${words.join('; ')}; ${remedy}`;
}

/** @returns such as `/data/pglite: permission denied (EACCES) for user 1000; it belongs to user 0`. */
export async function describeFileError(file: string, error: unknown): Promise<string> {
  const owner = await stat(file).catch(() => undefined);
  const isForbidden = errorCode(error) === 'EACCES' || errorCode(error) === 'EPERM';
  return `${file}: ${fileErrorReason(error)}${owner && isForbidden ? `; it belongs to user ${owner.uid}` : ''}`;
}

async function findUnusableFile(folder: string): Promise<string | undefined> {
  const files = [folder];
  for (const file of files) {
    try {
      await access(file, constants.R_OK | constants.W_OK);
      const entries = await readdir(file, { withFileTypes: true }).catch((error) => {
        if (error.code === 'ENOTDIR') return [];
        throw error;
      });
      files.push(...entries.map((entry) => path.join(file, entry.name)));
    } catch (error) {
      return describeFileError(file, error);
    }
  }
  return undefined;
}

/** Bytes that say whether there is room: PostgreSQL's smallest file of a table. */
const probeSize = 8192;

async function findWriteFault(folder: string): Promise<string | undefined> {
  const probe = path.join(folder, `probe.${process.pid}`);
  try {
    await writeFile(probe, Buffer.alloc(probeSize));
    return undefined;
  } catch (error) {
    return describeFileError(folder, error);
  } finally {
    await rm(probe, { force: true }).catch(() => {});
  }
}
