// Bundles the packages that sources and tests import. Jest evaluates every module anew for each test file, and the packages are
// more than a thousand modules: bundled they are about sixty, which load in half the time. The sources are not bundled, so that
// coverage, breakpoints and watch mode see them as they are.
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import resolver from './package-resolver.cjs';

const { manifestFile } = resolver;
const root = path.resolve(import.meta.dirname, '../..');
/** Not bundled: Jest's own package, packages that read files beside them, and tools that a single test imports. */
const external = [
  '@electric-sql/pglite',
  '@graphql-yoga/render-graphiql',
  '@jest/globals',
  '@node-rs/argon2',
  '@prisma/schema-engine-wasm',
  'better-auth',
  'esbuild',
  'fs-native-extensions',
  'pg-native',
  'playwright-core',
  'swagger-ui-dist',
  'typescript',
];

/**
 * Writes the bundles and their manifest. Does nothing while imports and installed packages are those of the last time.
 * @returns {Promise<void>}
 */
export async function bundlePackages() {
  const names = await importedPackages();
  const key = await keyOf(names);
  const last = JSON.parse(await readFile(manifestFile, 'utf8').catch(() => '{}'));
  if (last.key === key) return;
  const outdir = path.join(path.dirname(manifestFile), key);
  const entries = await Promise.all(names.map(async (name) => [name, await entryOf(name)]));
  await buildEntries(new Map(entries), outdir);
  const files = names.map((name) => [name, path.join(outdir, `${fileName(name)}.mjs`)]);
  await mkdir(outdir, { recursive: true });
  await writeFile(manifestFile, JSON.stringify({ key, files: Object.fromEntries(files) }));
}

/** The names by which sources and tests import packages, subpaths included; imports of types alone left out. */
async function importedPackages() {
  const names = new Set();
  for (const folder of ['src', 'tests', 'scripts', 'prisma']) {
    for (const file of await readdir(path.join(root, folder), { recursive: true })) {
      if (!/\.m?[jt]s$/.test(file)) continue;
      const text = await readFile(path.join(root, folder, file), 'utf8');
      for (const [, name] of text.matchAll(/^(?:import|export)\s(?!type\b)[^'";]*\bfrom\s*['"]([^'"./][^'"]*)['"]/gm))
        names.add(name);
      for (const [, name] of text.matchAll(/\bimport\(\s*['"]([^'"./][^'"]*)['"]/g)) names.add(name);
    }
  }
  return [...names]
    .filter((name) => !name.startsWith('node:') && !external.some((each) => `${name}/`.startsWith(`${each}/`)))
    .sort();
}

async function keyOf(names) {
  const hash = createHash('sha256').update(names.join());
  for (const file of ['package-lock.json', 'tests/support/bundle-packages.js'])
    hash.update(await readFile(path.join(root, file)));
  return hash.digest('hex').slice(0, 16);
}

/** A module that exports what Node finds in a package. esbuild alone would give a package in CommonJS no named exports. */
async function entryOf(name) {
  const exported = Object.keys(await import(name)).filter((each) => /^[\w$]+$/.test(each));
  const lines = exported.map((each, n) =>
    each === 'default' ? 'export default m.default;' : `const e${n} = m.${each}; export { e${n} as ${each} };`,
  );
  return [`import * as m from ${JSON.stringify(name)};`, ...lines].join('\n');
}

const fileName = (name) => name.replaceAll(/\W/g, '_');

async function buildEntries(entries, outdir) {
  await build({
    entryPoints: Object.fromEntries([...entries.keys()].map((name) => [fileName(name), `entry:${name}`])),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'error',
    external,
    // For packages in CommonJS.
    banner: { js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);" },
    plugins: [
      {
        name: 'entries',
        setup(builder) {
          builder.onResolve({ filter: /^entry:/ }, ({ path: name }) => ({
            path: name.slice('entry:'.length),
            namespace: 'entry',
          }));
          builder.onLoad({ filter: /./, namespace: 'entry' }, ({ path: name }) => ({
            contents: entries.get(name),
            resolveDir: root,
          }));
        },
      },
    ],
  });
}
