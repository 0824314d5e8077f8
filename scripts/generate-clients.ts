// Writes the REST clients that two families of generators make of openapi.json, for the tests to be typed by.
import { readFile, stat, writeFile } from 'node:fs/promises';
import type { OpenAPI3 } from 'openapi-typescript';

const place = (path: string) => new URL(`../${path}`, import.meta.url);
const changed = async (path: string) => (await stat(place(path)).catch(() => undefined))?.mtimeMs;

const inputs = ['openapi.json', 'package-lock.json', 'scripts/generate-clients.ts'];
const outputs = { types: 'tests/generated/rest-types.ts', client: 'tests/generated/rest-client.ts' } as const;

async function generate(): Promise<void> {
  // Loading them takes longer than finding that there is nothing to do.
  const { default: openapiTypescript, astToString } = await import('openapi-typescript');
  const { generateApi } = await import('swagger-typescript-api');
  const document = JSON.parse(await readFile(place('openapi.json'), 'utf8')) as OpenAPI3;
  const types = astToString(await openapiTypescript(structuredClone(document)));
  const { files } = await generateApi({ spec: document as never, output: false, silent: true, generateUnionEnums: true });
  // It tells the compiler not to look (swagger-typescript-api 13.13); what it made is to be looked at like all else.
  const client = files.map(({ fileContent }) => fileContent.replace(/^\/\/ @ts-nocheck$/m, '')).join('\n');
  await writeFile(place(outputs.types), types);
  await writeFile(place(outputs.client), client);
}

const made = await Promise.all(Object.values(outputs).map(changed));
const needed = await Promise.all(inputs.map(changed));
if (Math.min(...made.map((moment) => moment ?? 0)) <= Math.max(...needed.map((moment) => moment ?? 0))) await generate();
