// Fails when schema.graphql or openapi.json break clients of the last release and docs/changes/next.md does not say so.
// With `--release` it makes today's documents those of the last release instead.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { ApiDocuments } from './breaking-changes.js';
import { releaseLines, unannouncedChanges, versionOf } from './changes.js';

const root = new URL('../', import.meta.url);
const folder = new URL('docs/changes/', root);
const read = (base: URL) => async (name: string) => readFile(new URL(name, base), 'utf8');

async function readDocuments(base: URL): Promise<ApiDocuments> {
  const [sdl = '', openapi = ''] = await Promise.all(['schema.graphql', 'openapi.json'].map(read(base)));
  return { sdl, openapi };
}

async function readNotes(): Promise<Record<string, string>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.md'));
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await read(folder)(name)])));
}

/** @returns why it cannot be; undefined when it is done. */
async function release(
  current: ApiDocuments,
  before: ApiDocuments,
  notes: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const version = versionOf(current);
  if (version === versionOf(before)) return `${version} is released: raise the version, then npm run generate`;
  const note = (notes['next.md'] ?? '# Next\n\nNothing that breaks clients.\n').replace(/^# .*/, `# ${version}`);
  await writeFile(
    new URL(`${version}.md`, folder),
    `${note.trimEnd()}\n\nReleased documents (SHA-256):\n\n${releaseLines(current).join('\n')}\n`,
  );
  await rm(new URL('next.md', folder), { force: true });
  await writeFile(new URL('released/schema.graphql', folder), current.sdl);
  await writeFile(new URL('released/openapi.json', folder), current.openapi);
  return undefined;
}

const [released, current, notes] = await Promise.all([
  readDocuments(new URL('released/', folder)),
  readDocuments(root),
  readNotes(),
]);
const isRelease = process.argv.includes('--release');
const fault = isRelease ? await release(current, released, notes) : await unannouncedChanges({ released, current, notes });
if (fault) console.error(fault);
process.exitCode = fault ? 1 : 0;
