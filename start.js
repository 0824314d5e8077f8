// Runs what `npm ci` built: the server, or a command on the database (`node start.js db:migrate`), with the settings of `.env`.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { setFlagsFromString } from 'node:v8';

const entries = {
  server: 'dist/server/main.js',
  'db:migrate': 'dist/server/migrate.js',
  'db:seed': 'dist/server/seed.js',
  'db:adopt': 'dist/server/adopt.js',
  // By `npm run dev`, from the sources.
  dev: 'src/main.ts',
};

const args = process.argv.slice(2);
const command = args[0]?.startsWith('-') ? 'server' : (args[0] ?? 'server');
const fault = entryFault() ?? loadEnvFile(new URL('.env', import.meta.url));

if (fault) {
  console.error(fault);
  process.exitCode = 1;
} else {
  // V8 allocates objects in the old generation once earlier ones from the same site survived (docs/decisions/v8-flags.md).
  if (command === 'server') setFlagsFromString('--no-allocation-site-pretenuring');
  // The command parses the rest.
  process.argv.splice(2, 1);
  await import(new URL(entries[command], import.meta.url).href);
}

function entryFault() {
  if (!Object.hasOwn(entries, command)) return `There is no command ${command}, only ${Object.keys(entries).join(', ')}.`;
  if (!existsSync(new URL(entries[command], import.meta.url))) return 'Tandem is not built yet: run npm ci, or npm run build.';
  return undefined;
}

/**
 * Sets the variables of a file that the environment does not have, like Node's `process.loadEnvFile`, which leaves out in silence
 * what it cannot read. Done here, before any module is loaded: libraries look at NODE_ENV when they are.
 * @returns what is wrong with the file; undefined also when there is none.
 */
function loadEnvFile(file) {
  let text;
  try {
    text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    return `Tandem cannot start: ${fileURLToPath(file)} cannot be read (${error.code}).`;
  }
  const line = malformedLine(text);
  if (line) return `Tandem cannot start: ${fileURLToPath(file)}, line ${line}: not NAME=value, or a quote that does not end.`;
  for (const [name, value] of Object.entries(parseEnv(text))) process.env[name] ??= value;
  return undefined;
}

/** @returns the number of the first line that is no assignment, comment or blank line, from 1. A quoted value may have several lines. */
function malformedLine(text) {
  const assignment =
    /[^\S\n]*(?:export\s+)?[A-Za-z_][\w.-]*[^\S\n]*=[^\S\n]*(?:(["'`])(?:(?!\1)[\s\S])*\1[^\S\n]*(?:#[^\n]*)?|[^"'`\n][^\n]*)?(?:\n|$)/y;
  const ignored = /[^\S\n]*(?:#[^\n]*)?(?:\n|$)/y;
  let at = 0;
  while (at < text.length) {
    const pattern = [ignored, assignment].find((each) => {
      each.lastIndex = at;
      return each.test(text);
    });
    if (!pattern) return text.slice(0, at).split('\n').length;
    at = pattern.lastIndex;
  }
  return undefined;
}
