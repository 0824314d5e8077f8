// Writes dist/server/main.js, which `npm start` runs: our modules and those that they use, in one file. Finding and reading
// more than a thousand files is most of what a start would cost (docs/performance.md).
import { build } from 'esbuild';

await build({
  entryPoints: ['src/main.ts'],
  outfile: 'dist/server/main.js',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
  // They read files of their own, or are no JavaScript.
  external: [
    '@electric-sql/pglite',
    '@graphql-yoga/render-graphiql',
    '@node-rs/argon2',
    '@prisma/schema-engine-wasm',
    'pg-native',
    'swagger-ui-dist',
  ],
  // For packages in CommonJS.
  banner: { js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);" },
});
