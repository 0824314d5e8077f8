import { rm } from 'node:fs/promises';

export default async function stopDatabases() {
  await globalThis.testServer?.stop();
  await rm(globalThis.testFolder, { recursive: true, force: true });
}
