import { readFile } from 'node:fs/promises';

/** The project's folder: `package.json`, `prisma/`. As far from here as from `dist/server`, where the build puts all of this. */
export const projectFolder = new URL('../../', import.meta.url);

/** The product's version, as `package.json` has it. */
export async function readVersion(): Promise<string> {
  return (JSON.parse(await readFile(new URL('package.json', projectFolder), 'utf8')) as { version: string }).version;
}
