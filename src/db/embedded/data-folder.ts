import { constants } from 'node:fs';
import { access, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileErrorReason } from '../../core/file-error.js';

/**
 * Finds out why PGlite cannot open its folder, which its own error does not say (0.5.16).
 * @returns the reason, with the file, as the end of a sentence.
 */
export async function findFolderFault(folder: string): Promise<string> {
  return (
    (await findUnusableFile(folder)) ??
    (await findWriteFault(folder)) ??
    'its files are damaged, incomplete or of another version; restore a backup or remove the folder'
  );
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
      return `${file}: ${fileErrorReason(error)}`;
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
    return fileErrorReason(error);
  } finally {
    await rm(probe, { force: true }).catch(() => {});
  }
}
