// Fails when package.json or package-lock.json holds what SECURITY.md says it does not.
import { readFile } from 'node:fs/promises';
import { packageFaults } from './packages.js';

const readJson = async (name: string) => JSON.parse(await readFile(new URL(`../${name}`, import.meta.url), 'utf8'));
const faults = packageFaults(await readJson('package.json'), await readJson('package-lock.json'));
if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exit(1);
}
