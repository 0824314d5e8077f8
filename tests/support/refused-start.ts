import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { serverEntry } from './server-process.js';

const run = promisify(execFile);

/**
 * Starts the server where it cannot.
 * @param settings its environment; a data folder is made when they name none.
 * @param options of the child process, such as another user.
 * @param command what Node runs.
 * @returns its exit code and what it printed to standard error.
 */
export async function refusedStart(
  settings: Record<string, string>,
  options: object = {},
  command = [serverEntry],
): Promise<{ code: number; said: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tandem-refused-'));
  const env = { PATH: process.env.PATH, DATA_DIR: path.join(folder, 'data'), API_HOST: '127.0.0.1', API_PORT: '0', ...settings };
  try {
    return await run(process.execPath, command, { env, timeout: 20_000, ...options }).then(
      () => ({ code: 0, said: '' }),
      ({ code, stderr }) => ({ code, said: stderr }),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
