import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from '@jest/globals';

const root = path.resolve(import.meta.dirname, '../..');
const { scripts } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as {
  scripts: Record<'db:migrate' | 'db:seed' | 'db:adopt', string>;
};

/** How a script ended, and what it printed. */
export interface ScriptEnd {
  readonly out: string;
  readonly err: string;
  readonly code: number | null;
}

/**
 * Runs a command of package.json as npm does, built before the tests (tests/support/start-databases.js).
 * @param script such as `db:seed`.
 * @param args separated by spaces.
 * @param env of our own environment only the way to the tools is passed on.
 */
export function runScript(script: keyof typeof scripts, args: string, env: Record<string, string> = {}): Promise<ScriptEnd> {
  const { PATH = '', HOME = '' } = process.env;
  const [, ...command] = scripts[script].split(' ');
  const child = spawn(process.execPath, [...command, ...args.split(' ').filter(Boolean)], {
    cwd: root,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ out, err, code }));
  });
}

/** The end of a script that said one line, and did nothing. */
export const refusal = (line: RegExp) => ({ out: '', err: expect.stringMatching(new RegExp(`^${line.source}\n$`)), code: 1 });
