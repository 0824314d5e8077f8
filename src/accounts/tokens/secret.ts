import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../../config.js';
import { fileErrorReason } from '../../core/file-error.js';
import { StartError } from '../../core/start-error.js';

/**
 * The secrets of tokens, of which the first signs and all verify: the configured ones, or outside production one that is made
 * once and kept in the data folder, so that people stay signed in over a restart.
 */
export async function readSecrets({ secrets, dataDir }: Pick<Config, 'secrets' | 'dataDir'>): Promise<readonly string[]> {
  if (secrets.length > 0) return secrets;
  const file = path.join(dataDir, 'secret');
  try {
    return [await readSecretFile(file).catch(() => createSecretFile(file))];
  } catch (cause) {
    throw new StartError(`DATA_DIR: ${file} cannot be read or created: ${fileErrorReason(cause)}.`, { cause });
  }
}

async function readSecretFile(file: string): Promise<string> {
  const secret = (await readFile(file, 'utf8')).trim();
  if (Buffer.byteLength(secret) < 32) throw new Error('it holds less than 32 bytes; remove it to get a new one');
  return secret;
}

// Written aside and then linked, so that of two processes that start at once both end up with the same whole secret.
async function createSecretFile(file: string): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, randomBytes(48).toString('base64url'), { mode: 0o600 });
  try {
    await link(draft, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { force: true });
  }
  return readSecretFile(file);
}
