import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Another commit of the product, built in a folder of its own. */
export interface Revision {
  readonly folder: string;
  remove(): Promise<void>;
}

/**
 * Checks a commit out beside this one and builds it with the packages that are installed here.
 * @param commit whatever git takes for one.
 */
export async function buildRevision(commit: string): Promise<Revision> {
  const folder = path.join(await mkdtemp(path.join(tmpdir(), 'tandem-base-')), 'tree');
  const run = (command: string, args: readonly string[], cwd: string) => execFileSync(command, args, { cwd, stdio: 'inherit' });
  run('git', ['worktree', 'add', '--detach', folder, commit], process.cwd());
  await symlink(path.resolve('node_modules'), path.join(folder, 'node_modules'));
  run('npm', ['run', 'build'], folder);
  return {
    folder,
    remove: async () => {
      run('git', ['worktree', 'remove', '--force', folder], process.cwd());
      await rm(path.dirname(folder), { recursive: true, force: true });
    },
  };
}
