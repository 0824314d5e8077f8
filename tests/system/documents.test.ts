import { copyFile, cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type DebianPostgres, startDebianPostgres } from '../support/debian-postgres.js';
import { blocksOf } from '../support/markdown.js';
import { freePort, openShell } from '../support/shell.js';
import { isSystemSection, stepsOf, walkThrough } from '../support/walkthrough.js';

const root = path.resolve(import.meta.dirname, '../..');
/** The registry may be slow. */
const timeoutMs = 900_000;
const blocks = blocksOf(await readFile(path.join(root, 'README.md'), 'utf8')).filter(({ section }) => isSystemSection(section));
const blocksFor = (reader: string) => blocks.filter(({ section }) => section.startsWith(reader));

let folder: string;
let postgres: DebianPostgres | undefined;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), 'tandem-readme-')));
});
afterAll(async () => {
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('the README', () => {
  it(
    'leads an operator from a checkout to an upgraded server on PostgreSQL',
    async () => {
      postgres = await startDebianPostgres();
      // Without node_modules: what serves is what `npm ci --omit=dev` installs.
      const project = path.join(folder, 'operator');
      await mkdir(project);
      for (const name of ['package.json', 'package-lock.json', '.npmrc', 'start.js'])
        await copyFile(path.join(root, name), path.join(project, name));
      for (const name of ['dist', 'prisma']) await cp(path.join(root, name), path.join(project, name), { recursive: true });
      const port = await freePort();
      const { port: databasePort, env } = postgres;
      const adapt = (text: string) =>
        text.replaceAll('localhost:8000', `localhost:${port}`).replaceAll('localhost:5432', `localhost:${databasePort}`);
      const shell = await openShell(project, port, env);
      try {
        expect(await walkThrough(shell, project, stepsOf(blocksFor('For operators')), adapt)).toEqual([]);
        expect(await shell.interruptServer()).toBe(0);
      } finally {
        await shell.close();
      }
    },
    timeoutMs,
  );

  it(
    'leads a front-end developer to typed documents',
    async () => {
      await mkdir(path.join(folder, 'tandem'));
      await copyFile(path.join(root, 'schema.graphql'), path.join(folder, 'tandem', 'schema.graphql'));
      const project = path.join(folder, 'front-end');
      await mkdir(project);
      await writeFile(path.join(project, 'package.json'), '{"name":"front-end","private":true}');
      const shell = await openShell(project, await freePort());
      try {
        const steps = stepsOf(blocksFor('For front-end developers'));
        expect(await walkThrough(shell, project, steps, (text) => text)).toEqual([]);
        expect(await readFile(path.join(project, 'src/gql/graphql.ts'), 'utf8')).toContain('CreateTaskMutation');
      } finally {
        await shell.close();
      }
    },
    timeoutMs,
  );
});
