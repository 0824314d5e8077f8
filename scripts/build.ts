// Writes dist/server: what `npm start` runs, and the commands for the database. Each is one file of our modules and those that
// they use: finding and reading more than a thousand files is most of what a start would cost (docs/performance.md).
import { mkdir, writeFile } from 'node:fs/promises';
import { decode, encode, type SourceMapSegment } from '@jridgewell/sourcemap-codec';
import { build } from 'esbuild';

const { outputFiles } = await build({
  entryPoints: { main: 'src/main.ts', migrate: 'scripts/migrate.ts', seed: 'prisma/seed.ts', adopt: 'scripts/adopt.ts' },
  outdir: 'dist/server',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  sourcemap: 'linked',
  sourcesContent: false,
  logLevel: 'warning',
  write: false,
  // They read files of their own, or are no JavaScript.
  external: [
    '@electric-sql/pglite',
    '@graphql-yoga/render-graphiql',
    '@node-rs/argon2',
    '@prisma/schema-engine-wasm',
    'fs-native-extensions',
    'pg-native',
    'swagger-ui-dist',
  ],
  // For packages in CommonJS.
  banner: { js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);" },
});

await mkdir('dist/server', { recursive: true });
for (const { path, contents, text } of outputFiles) {
  await writeFile(path, path.endsWith('.map') ? JSON.stringify(withoutPackages(JSON.parse(text))) : contents);
}

/** Packages are 95 % of a source map; a server that logs its first error would take a second to read them (src/core/source-maps.ts). */
function withoutPackages(map: { sources: string[]; mappings: string }) {
  const isPackage = map.sources.map((source) => source.includes('node_modules/'));
  const mappings = decode(map.mappings);
  let isMapped = false;
  for (const [line, segments] of mappings.entries()) {
    const kept: SourceMapSegment[] = [];
    for (const segment of segments) {
      const isOurs = segment.length !== 1 && !isPackage[segment[1]];
      // A segment without a source ends the one before it.
      if (isOurs) kept.push(segment);
      else if (isMapped) kept.push([segment[0]]);
      isMapped = isOurs;
    }
    mappings[line] = kept;
  }
  return { ...map, mappings: encode(mappings) };
}
