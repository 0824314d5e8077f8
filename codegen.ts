import type { CodegenConfig } from '@graphql-codegen/cli';

// Types the documents of the tests' GraphQL client by the committed schema, and makes REST clients of openapi.json.
const config: CodegenConfig = {
  schema: 'schema.graphql',
  documents: ['tests/support/documents.ts'],
  importExtension: '.js',
  hooks: { beforeDone: ['tsx scripts/generate-clients.ts'] },
  generates: {
    'tests/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: { useTypeImports: true, documentMode: 'string', enumsAsTypes: true, scalars: { DateTime: 'string' } },
    },
  },
};
export default config;
