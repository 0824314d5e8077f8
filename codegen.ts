import type { CodegenConfig } from '@graphql-codegen/cli';

// Types the documents of the tests' GraphQL client by the committed schema.
const config: CodegenConfig = {
  schema: 'schema.graphql',
  documents: ['tests/support/documents.ts'],
  importExtension: '.js',
  generates: {
    'tests/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: { useTypeImports: true, documentMode: 'string', enumsAsTypes: true, scalars: { DateTime: 'string' } },
    },
  },
};
export default config;
