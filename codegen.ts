// Writes what types the tests' clients: their GraphQL documents by schema.graphql, and the REST clients that two families
// of generators make of openapi.json. Does nothing while what it wrote is newer than what it reads.
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';

const inputs = ['schema.graphql', 'openapi.json', 'tests/support/documents.graphql', 'package-lock.json', 'codegen.ts'];
const outputs = {
  'tests/generated/documents.ts': typedDocuments,
  'tests/generated/openapi-types.ts': openapiTypes,
  'tests/generated/oazapfts-client.ts': oazapftsClient,
};

const changed = async (path: string): Promise<number> => (await stat(path).catch(() => undefined))?.mtimeMs ?? 0;
const newestInput = Math.max(...(await Promise.all(inputs.map(changed))));
await mkdir('tests/generated', { recursive: true });
for (const [path, generate] of Object.entries(outputs)) {
  if ((await changed(path)) <= newestInput) await writeFile(path, await generate());
}

// The generators are loaded where they are used: that takes longer than finding that there is nothing to do.

async function typedDocuments(): Promise<string> {
  const { parse } = await import('graphql');
  const { codegen } = await import('@graphql-codegen/core');
  const typescriptOperations = await import('@graphql-codegen/typescript-operations');
  const typedDocumentNode = await import('@graphql-codegen/typed-document-node');
  const location = 'tests/support/documents.graphql';
  return codegen({
    filename: 'documents.ts',
    schema: parse(await readFile('schema.graphql', 'utf8')),
    documents: [{ location, document: parse(await readFile(location, 'utf8')) }],
    pluginMap: { typescriptOperations, typedDocumentNode },
    plugins: [{ typescriptOperations: {} }, { typedDocumentNode: {} }],
    config: { useTypeImports: true, documentVariableSuffix: '', enumType: 'string-literal', scalars: { DateTime: 'string' } },
  });
}

async function openapiTypes(): Promise<string> {
  const { default: openapiTypescript, astToString } = await import('openapi-typescript');
  return astToString(await openapiTypescript(JSON.parse(await readFile('openapi.json', 'utf8'))));
}

async function oazapftsClient(): Promise<string> {
  const { generateSource } = await import('oazapfts');
  return generateSource('openapi.json', { argumentStyle: 'object' });
}
