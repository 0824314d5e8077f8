import { readdirSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** One source file: its path below `src/`, its text, and what it imports. */
export interface SourceFile {
  readonly file: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

interface Import {
  /** A path below `src/` for our own modules, otherwise the name of a package. */
  readonly target: string;
  readonly isOwn: boolean;
  readonly isTypeOnly: boolean;
}

const source = new URL('../../src/', import.meta.url);

/** Reads every source file that is written by hand. */
export async function readSources(): Promise<SourceFile[]> {
  const files = (await readdir(source, { recursive: true })).map((file) => file.split(path.sep).join('/'));
  const ours = files.filter((file) => file.endsWith('.ts') && !file.startsWith('generated'));
  return Promise.all(ours.map(async (file) => parseSource(file, await readFile(new URL(file, source), 'utf8'))));
}

/** Finds the imports of a file; those that are written as `import()` count, too. */
export function parseSource(file: string, text: string): SourceFile {
  const statements = text.matchAll(/^(?:import|export)\s+(type\s)?(?:[^'"]*?\sfrom\s)?'([^']+)';/gm);
  const dynamic = text.matchAll(/\bimport\('([^']+)'\)/g);
  const imports = [
    ...[...statements].map(([, typeOnly, name = '']) => ({ name, isTypeOnly: typeOnly !== undefined })),
    ...[...dynamic].map(([, name = '']) => ({ name, isTypeOnly: false })),
  ].map(({ name, isTypeOnly }) => {
    const isOwn = name.startsWith('.');
    const target = isOwn ? path.posix.join(path.posix.dirname(file), name).replace(/\.js$/, '.ts') : name;
    return { target, isOwn, isTypeOnly };
  });
  return { file, text, imports };
}

/** A noun is a room with a schema of its own: `schema.ts` or `<part>-schema.ts`, in the room or in a folder of one of its parts. */
const nounSchema = /^([\w-]+)\/(?:[\w-]+\/)*(?:[\w-]+-)?schema\.ts$/;

/** The nouns of the domain, from the folders of `src/`. */
export const nouns: readonly string[] = [
  ...new Set(
    readdirSync(source, { recursive: true }).flatMap(
      (file) => nounSchema.exec(String(file).replaceAll(path.sep, '/'))?.[1] ?? [],
    ),
  ),
].sort();
const inNoun = nouns.join('|');

/** The layer line: a file may import from its own layer and from those after it. */
const layers: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['main', /^main\.ts$/],
  ['app', /^app\.ts$/],
  ['services', /^services\.ts$/],
  ['server', /^server\//],
  ['openapi and pages', /^(openapi|pages)\//],
  ['graphql and rest', /^(graphql|rest)\//],
  ['schema/root', /^schema\/root\.ts$/],
  ['nouns: schema', nounSchema],
  ['schema', /^schema\//],
  ['nouns', new RegExp(`^(${inNoun})/`)],
  ['lists', /^lists\//],
  ['idempotency', /^idempotency\//],
  ['config', /^config\.ts$/],
  ['rate-limits and mail', /^(rate-limits|mail)\//],
  ['db', /^db\//],
  ['generated', /^generated\//],
  ['http', /^http\//],
  ['core', /^core\//],
  ['log', /^log\//],
];

/** Where the nouns have their statements. */
const nounStore = new RegExp(`^(${inNoun})/([\\w-]+/)*[\\w-]*store[\\w-]*\\.ts$`);

/** Where each library may be imported. */
const packagePlaces: readonly (readonly [name: RegExp, place: RegExp])[] = [
  [/^@prisma\//, new RegExp(`^(db|generated)/|${nounStore.source}`)],
  [/^graphql-yoga$|^@escape\.tech\//, /^graphql\/|^app\.ts$/],
  [/^sofa-api$/, /^rest\//],
  [/^nodemailer$/, /^mail\//],
  [/^@pothos\/plugin-complexity$/, /^(schema|graphql)\//],
  [/^@pothos\//, /^(schema|generated)\/|\/([\w-]+-)?schema\.ts$/],
];

const layerOf = (file: string): number => layers.findIndex(([, pattern]) => pattern.test(file));
const roomOf = (file: string): string => file.split('/')[0] ?? '';

/** @returns what is wrong with the imports of a file, as sentences. */
export function importViolations({ file, imports }: SourceFile): string[] {
  if (layerOf(file) < 0) return [`${file} is in no layer`];
  return imports.flatMap(({ target, isOwn, isTypeOnly }) => {
    if (!isOwn) {
      const place = packagePlaces.find(([name]) => name.test(target))?.[1];
      return place && !place.test(file) ? [`${file} imports ${target}, which belongs elsewhere`] : [];
    }
    // Configuration is a value that is passed in; its type may be named.
    if (target === 'config.ts') return isTypeOnly || file === 'main.ts' ? [] : [`${file} imports config.ts`];
    if (layerOf(target) < layerOf(file)) return [`${file} imports ${target}, against the layer line`];
    return [];
  });
}

const ownImports = ({ imports }: SourceFile): string[] => imports.filter(({ isOwn }) => isOwn).map(({ target }) => target);

/** @returns each cycle of imports once, type imports included. */
export const importCycles = (files: readonly SourceFile[]): string[] =>
  cyclesOf(new Map(files.map((each) => [each.file, ownImports(each)])));

/** @returns each cycle of nouns once: between nouns imports go one way, whichever files they are in. */
export function nounCycles(files: readonly SourceFile[]): string[] {
  const graph = new Map<string, string[]>();
  for (const each of files) {
    const room = roomOf(each.file);
    const targets = ownImports(each).map(roomOf);
    graph.set(room, [...(graph.get(room) ?? []), ...targets.filter((target) => target !== room && nouns.includes(target))]);
  }
  return cyclesOf(new Map([...graph].filter(([room]) => nouns.includes(room))));
}

function cyclesOf(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (node: string, trail: readonly string[]): void => {
    if (trail.includes(node)) cycles.push([...trail.slice(trail.indexOf(node)), node].join(' → '));
    if (done.has(node) || trail.includes(node)) return;
    for (const target of graph.get(node) ?? []) visit(target, [...trail, node]);
    done.add(node);
  };
  for (const node of graph.keys()) visit(node, []);
  return cycles;
}

const statement = /\bprisma\.|\bquery(<|\()/;

/** @returns the lines of a noun with a statement outside its store. */
export function statementViolations({ file, text }: SourceFile): string[] {
  if (!nouns.includes(roomOf(file)) || nounStore.test(file)) return [];
  return text.split('\n').flatMap((line, index) => (statement.test(line) ? [`${file}:${index + 1} ${line.trim()}`] : []));
}

const forbiddenCasts = /\bas never\b|\bas unknown as\b|\bas any\b|: any\b|@ts-(ignore|expect-error)|biome-ignore/;

/** @returns the lines with a cast that hides a type. */
export const castViolations = ({ file, text }: SourceFile): string[] =>
  text.split('\n').flatMap((line, index) => (forbiddenCasts.test(line) ? [`${file}:${index + 1} ${line.trim()}`] : []));

const maxFilesInRoom = 14;

/** @returns the folders with too many files. A room that outgrows the limit gets folders for its parts. */
export function roomViolations(files: readonly SourceFile[]): string[] {
  const sizes = new Map<string, number>();
  for (const { file } of files) {
    const room = path.posix.dirname(file);
    if (room !== '.') sizes.set(room, (sizes.get(room) ?? 0) + 1);
  }
  return [...sizes].filter(([, size]) => size > maxFilesInRoom).map(([room, size]) => `${room} has ${size} files`);
}
