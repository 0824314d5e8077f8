import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readdir, readFile, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anchorsOf, blocksOf, codeSpansOf, commandsOf, linksOf } from './support/markdown.js';
import { copyDataDir } from './support/server-process.js';
import { freePort, openShell } from './support/shell.js';
import { coveredElsewhere, isSystemSection, stepsOf, walkThrough } from './support/walkthrough.js';

const root = path.resolve(import.meta.dirname, '..');
const read = (file: string) => readFile(path.join(root, file), 'utf8');
const pagesIn = async (folder: string) =>
  (await readdir(path.join(root, folder), { recursive: true }))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`);
const names = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...(await pagesIn('docs')), ...(await pagesIn('bench'))];
const documents = await Promise.all(names.map(async (name) => ({ name, text: await read(name) })));
const { scripts } = JSON.parse(await read('package.json')) as { scripts: Record<string, string> };

/** Documents whose commands run here, in a copy of the project. */
const walked = ['README.md', 'CONTRIBUTING.md'];

describe('every document', () => {
  it.each(documents)('$name links to what exists', async ({ name, text }) => {
    const broken: string[] = [];
    for (const link of linksOf(text)) {
      if (/^https?:/.test(link)) continue;
      const [file = '', anchor] = link.split('#');
      const target = path.join(path.dirname(name), file || path.basename(name));
      if (!existsSync(path.join(root, target))) broken.push(link);
      else if (anchor && !anchorsOf(await read(target)).includes(anchor)) broken.push(link);
    }
    expect(broken).toEqual([]);
  });

  it.each(documents)('$name names npm scripts, sources and tests that exist', ({ text }) => {
    // Of the reader's own project.
    const written = stepsOf(blocksOf(text)).flatMap(({ file }) => file ?? []);
    const missing = codeSpansOf(text).flatMap((span) => {
      const [, script] = /^npm run ([\w:-]+)/.exec(span) ?? [];
      if (script && !scripts[script]) return [span];
      const files = span.match(/(?<![\w./@-])(src|tests|scripts|bench|prisma|docs)\/[\w./-]*\w/g) ?? [];
      return files.filter((file) => !written.includes(file) && !existsSync(path.join(root, file)));
    });
    expect(missing).toEqual([]);
  });

  it.each(documents)('$name has no shell command that no test runs', ({ name, text }) => {
    const commands = blocksOf(text)
      .filter(({ language, section }) => language === 'sh' && !(name === 'README.md' && isSystemSection(section)))
      .flatMap((block) => commandsOf(block.text));
    expect(commands.filter((command) => !walked.includes(name) && !(command in coveredElsewhere))).toEqual([]);
  });

  it.each(Object.entries(coveredElsewhere))('leaves %s to %s, which has it', async (command, file) => {
    expect(await read(file)).toContain(command);
  });
});

describe('the README', () => {
  it('lists every event of the log, and no other', async () => {
    const sources = (await readdir(path.join(root, 'src'), { recursive: true })).filter(
      (name) => name.endsWith('.ts') && !name.startsWith('generated'),
    );
    const texts = await Promise.all(sources.map((name) => read(`src/${name}`)));
    const events = texts.flatMap((text) => {
      const code = text.replaceAll(/^\s*(\/?\*|\/\/).*$/gm, '');
      return /\blog(ger)?\b/.test(code)
        ? [...code.matchAll(/'([a-z]+(?:-[a-z]+)*\.[a-z]+(?:[-_][a-z]+)*)'/g)].map(([, event]) => event)
        : [];
    });
    expect(events.filter((event) => !/^[a-z-]+\.[a-z-]+$/.test(event ?? ''))).toEqual([]);
    const readme = await read('README.md');
    const table = /### Logs\n([\s\S]*?)\n### /.exec(readme)?.[1] ?? '';
    const listed = table
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .flatMap((line) => codeSpansOf(line.split('|')[1] ?? ''));
    expect(listed.sort()).toEqual([...new Set(events)].sort());
  });
});

describe('the commands of', () => {
  let folder: string;
  let port: number;
  beforeAll(async () => {
    folder = await realpath(await mkdtemp(path.join(tmpdir(), 'tandem-documents-')));
    for (const name of ['package.json', 'start.js', 'schema.graphql', 'openapi.json'])
      await copyFile(path.join(root, name), path.join(folder, name));
    for (const name of ['dist', 'node_modules', 'prisma', 'scripts', 'src', 'tests'])
      await symlink(path.join(root, name), path.join(folder, name));
    port = await freePort();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(walked)(
    '%s do what it says, in order',
    async (name) => {
      // The first start on an empty folder is `.ci/smoke`'s.
      await rm(path.join(folder, '.data'), { recursive: true, force: true });
      await copyDataDir(path.join(folder, '.data'));
      const blocks = blocksOf(await read(name)).filter(({ section }) => !isSystemSection(section));
      const shell = await openShell(folder, port);
      try {
        expect(
          await walkThrough(shell, folder, stepsOf(blocks), (text) => text.replaceAll('localhost:8000', `localhost:${port}`)),
        ).toEqual([]);
      } finally {
        await shell.close();
      }
    },
    300_000,
  );
});
