import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Block, commandsOf, printedLines } from './markdown.js';
import type { Shell } from './shell.js';

/** Commands that take minutes or install into the checkout, and the file that runs them in the same words. */
export const coveredElsewhere: Readonly<Record<string, string>> = {
  'npm ci': '.ci/run',
  'npm ci && npm test': '.ci/run',
  'npm test': '.ci/run',
  'npm run check': '.ci/run',
  'npm run test:system': '.ci/run',
  'npm run generate': 'tests/contract/documents.test.ts',
  'npm run db:adopt': 'tests/adoption/command.test.ts',
  'npm run db:adopt -- --apply': 'tests/adoption/command.test.ts',
};

/** What needs Debian's packages or installs from the registry: tests/system/documents.test.ts. */
export const isSystemSection = (section: string): boolean =>
  section.startsWith('For operators') || section.endsWith('Schema and typed documents');

/** A command, and what a document says that it prints. */
export interface Step {
  readonly command: string;
  /** A file that the prose names, to be written with the block's text: there is no command then. */
  readonly file?: string;
  /** What the commands of its block print together; undefined where the document shows nothing, and before the block's last. */
  readonly expected?: string;
  /** Whether it begins a block. */
  readonly isFirst: boolean;
  /** Whether the reader was told to press Ctrl-C before it. */
  readonly isInterrupted: boolean;
}

/** @returns the steps of a document's blocks, in order. */
export function stepsOf(blocks: readonly Block[]): Step[] {
  const steps: Step[] = [];
  let isInterrupted = false;
  let sectionOfLast = '';
  for (const { language, text, section, prose } of blocks) {
    isInterrupted ||= prose.includes('Ctrl-C');
    const last = steps.pop();
    const file = /`([\w./]+)`[^`\n]*:\s*$/.exec(prose)?.[1];
    if (language === 'text' || language === 'json') {
      if (last) steps.push(section === sectionOfLast ? { ...last, expected: text } : last);
      continue;
    }
    if (last) steps.push(last);
    sectionOfLast = section;
    const commands = language === 'sh' ? commandsOf(text) : [];
    if (language === 'ts' && file) steps.push({ command: text, file, isFirst: true, isInterrupted: false });
    for (const [index, command] of commands.entries()) {
      steps.push({ command, isFirst: index === 0, isInterrupted });
      isInterrupted = false;
    }
  }
  return steps;
}

/** Does what a document says, as its reader would. @returns what went otherwise than it says; empty when nothing did. */
export async function walkThrough(
  shell: Shell,
  cwd: string,
  steps: readonly Step[],
  adapt: (text: string) => string,
): Promise<string[]> {
  const faults: string[] = [];
  let printed = '';
  for (const { command, file, expected, isFirst, isInterrupted } of steps) {
    if (isFirst) printed = '';
    if (isInterrupted && (await shell.interruptServer()) !== 0) faults.push('Ctrl-C did not end the server with 0.');
    if (file) {
      await mkdir(path.dirname(path.join(cwd, file)), { recursive: true });
      await writeFile(path.join(cwd, file), command);
    } else if (!(command in coveredElsewhere)) {
      const { code, output } = await perform(shell, adapt(command.replace(/^npm ci && /, '')));
      printed += `${output}\n`;
      const isAsSaid = expected === undefined || printedLines(printed, adapt(expected));
      if (code !== 0 || !isAsSaid) faults.push(`${command}\nexited with ${code} and printed:\n${printed}`);
    }
  }
  return faults;
}

async function perform(shell: Shell, command: string): Promise<{ code: number; output: string }> {
  if (!/^npm (start|run dev)$/.test(command)) return shell.run(command);
  try {
    return { code: 0, output: await shell.startServer(command) };
  } catch (error) {
    return { code: 1, output: String(error) };
  }
}
