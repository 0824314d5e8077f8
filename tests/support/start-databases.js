// Before all tests: what `npm start` would run, made from today's sources; one PostgreSQL server and one PGlite image,
// both migrated, for the tests to copy from.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startPostgres } from './postgres-server.js';

export default async function startDatabases() {
  const folder = await mkdtemp(path.join(tmpdir(), 'tandem-test-'));
  globalThis.testFolder = folder;
  await chmod(folder, 0o755);
  const serverFolder = path.join(folder, 'postgresql');
  await mkdir(serverFolder);
  if (!process.env.TEST_SERVER_URL) {
    globalThis.testServer = await startPostgres(serverFolder);
    process.env.TEST_SERVER_URL = globalThis.testServer.url;
  }
  process.env.TEST_IMAGE = path.join(folder, 'pglite.tar');
  process.env.TEST_TEMPLATE = `tandem_template_${randomBytes(4).toString('hex')}`;
  const built = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
    stdio: 'inherit',
  });
  if (built.status !== 0) throw new Error('the sources could not be compiled');
  // In a process of its own: this one cannot load TypeScript.
  const made = spawnSync(process.execPath, ['--import', 'tsx', 'tests/support/make-templates.ts'], { stdio: 'inherit' });
  if (made.status !== 0) throw new Error('the template databases could not be made');
}
