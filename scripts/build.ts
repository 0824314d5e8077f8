// Writes dist/server: what `npm start` runs, and the commands for the database. Each is one file of our modules and those that
// they use: finding and reading more than a thousand files is most of what a start would cost (docs/performance.md).
import { build } from 'esbuild';

await build({
  entryPoints: { main: 'src/main.ts', migrate: 'scripts/migrate.ts', seed: 'prisma/seed.ts' },
  outdir: 'dist/server',
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
