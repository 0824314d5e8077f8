import { rm } from 'node:fs/promises';

/** @param {{watch: boolean, watchAll: boolean}} globalConfig Jest's: in watch mode the next run uses the databases again. */
export default async function stopDatabases({ watch, watchAll }) {
  if (watch || watchAll) return;
  await globalThis.testServer?.stop();
  await rm(globalThis.testFolder, { recursive: true, force: true });
}
