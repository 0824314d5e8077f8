import { defineConfig } from 'prisma/config';

// `prisma generate` insists on a schema-engine binary that it never runs, and would download one from outside
// the npm registry. Any existing file satisfies it. To use `prisma migrate` from the CLI, set this variable to a
// real engine: with the stand-in it fails. Migrations here run through the engine's WebAssembly build instead
// (src/db/migrate.ts).
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;

export default defineConfig({ schema: 'prisma/schema.prisma', migrations: { path: 'prisma/migrations' } });
