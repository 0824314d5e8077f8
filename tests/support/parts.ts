import { readdir } from 'node:fs/promises';
import { afterAll } from '@jest/globals';
import { closeSharedApp } from './app.js';

/**
 * Imports the tests of a folder, each of which describes itself, into the one file that jest runs of it: jest loads the app
 * and its libraries anew for every file, which takes longer than most tests.
 * @param here `import.meta.url` of that file.
 */
export async function importParts(here: string): Promise<void> {
  const folder = new URL('.', here);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  afterAll(closeSharedApp);
  for (const name of names.sort()) await import(new URL(name, folder).pathname);
}
