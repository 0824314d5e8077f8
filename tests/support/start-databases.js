// Runs before all tests. Makes the typed documents and clients, the bundles of packages, what `npm start` runs, and one PostgreSQL
// server, one PGlite image and one data folder, all migrated, for the tests to copy from.
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { pino } from 'pino';
import { tsImport } from 'tsx/esm/api';
import { bundlePackages } from './bundle-packages.js';
import { startPostgres } from './postgres-server.js';

/**
 * Watch mode calls this before each run, and the databases of the first run serve all: a new migration takes a restart.
 * @param {{watch: boolean, watchAll: boolean}} globalConfig Jest's
 */
export default async function startDatabases({ watch, watchAll }) {
  if (globalThis.testFolder) {
    await tsImport('../../scripts/build.ts', import.meta.url);
    return;
  }
  if (watch || watchAll) process.once('exit', stopNow);
  const folder = await mkdtemp(path.join(tmpdir(), 'tandem-test-'));
  globalThis.testFolder = folder;
  await chmod(folder, 0o755);
  process.env.TEST_DATA_DIR = path.join(folder, 'data');
  process.env.TEST_IMAGE = path.join(folder, 'pglite.tar');
  process.env.TEST_TEMPLATE = `tandem_template_${randomBytes(4).toString('hex')}`;
  await mkdir(process.env.TEST_DATA_DIR);
  // Side by side: each of them keeps one core busy. PGlite comes last, since it leaves this thread to nobody.
  const server = findServer(path.join(folder, 'postgresql'));
  const [pglite] = await Promise.all([
    PGlite.create(path.join(process.env.TEST_DATA_DIR, 'pglite')),
    server,
    tsImport('../../codegen.ts', import.meta.url).then(bundlePackages),
    tsImport('../../scripts/build.ts', import.meta.url),
  ]);
  const { serveEmbedded } = await tsImport('../../src/db/embedded/open-embedded.ts', import.meta.url);
  const { openPostgres } = await tsImport('../../src/db/postgres/open-postgres.ts', import.meta.url);
  // One after the other: PGlite blocks this thread for longer than a connection to PostgreSQL may take.
  await makeTemplate(openPostgres);
  await makeImages(pglite, serveEmbedded);
}

/** At the end of the process, where nothing can be awaited. */
function stopNow() {
  void globalThis.testServer?.stop();
  rmSync(globalThis.testFolder, { recursive: true, force: true });
}

async function findServer(folder) {
  if (process.env.TEST_SERVER_URL) return;
  globalThis.testServer = await startPostgres(folder);
  process.env.TEST_SERVER_URL = globalThis.testServer.url;
}

async function makeImages(pglite, serveEmbedded) {
  const db = await serveEmbedded(pglite);
  await writeFile(process.env.TEST_IMAGE, Buffer.from(await (await pglite.dumpDataDir('none')).arrayBuffer()));
  await db.close();
}

async function makeTemplate(openPostgres) {
  const { TEST_SERVER_URL, TEST_TEMPLATE } = process.env;
  const server = new pg.Client(TEST_SERVER_URL);
  await server.connect();
  await server.query(`CREATE DATABASE ${TEST_TEMPLATE}`);
  await server.end();
  const url = new URL(TEST_SERVER_URL);
  url.pathname = TEST_TEMPLATE;
  await (await openPostgres({ url: url.href, poolSize: 2 }, pino({ level: 'silent' }))).close();
}
