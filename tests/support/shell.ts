import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const serverStartTimeoutMs = 120_000;

/** @returns a port that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

/** What a command did. */
interface CommandResult {
  readonly code: number;
  /** Of both streams. */
  readonly output: string;
}

/** A terminal: one shell whose variables last from command to command, and a second one in which the server runs. */
export interface Shell {
  run(command: string): Promise<CommandResult>;
  /** Starts a server, and waits until it is healthy. @returns what it printed. @throws with that when it ends. */
  startServer(command: string): Promise<string>;
  /** Presses Ctrl-C in the server's terminal. @returns its exit code. */
  interruptServer(): Promise<number>;
  /** Ends what runs. */
  close(): Promise<void>;
}

/**
 * Opens a shell.
 * @param cwd where it starts; holds its files, too.
 * @param port of the server that it will start.
 * @param env variables beside those that lead to the tools.
 */
export async function openShell(cwd: string, port: number, env: Record<string, string> = {}): Promise<Shell> {
  const { PATH = '', HOME = '' } = process.env;
  const log = path.join(cwd, 'server.log');
  const bash = spawn('bash', ['--noprofile', '--norc'], { cwd, env: { PATH, HOME, API_PORT: String(port), ...env } });
  const exited = once(bash, 'close');
  let printed = '';
  bash.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  // Job control gives a server a process group of its own, as a terminal does.
  bash.stdin.write('exec 2>&1; set -m\n');

  async function execute(script: string): Promise<CommandResult> {
    printed = '';
    bash.stdin.write(`${script}\nprintf '\\n:exit %d:\\n' "$?"\n`);
    for (;;) {
      const [end, code] = /\n:exit (\d+):\n$/.exec(printed) ?? [];
      if (end !== undefined) return { code: Number(code), output: printed.slice(0, -end.length).replace(/\n$/, '') };
      if (bash.exitCode !== null) throw new Error(`The shell ended:\n${printed}`);
      await sleep(20);
    }
  }
  const script = path.join(cwd, 'command.sh');
  const run = async (command: string, redirect = '') => {
    await writeFile(script, command);
    return execute(`source ${script} </dev/null ${redirect}`);
  };

  let isServing = false;
  const interruptServer = async () => {
    isServing = false;
    return (await execute('kill -INT -- -$server; wait $server')).code;
  };
  return {
    run: (command) => run(command),
    startServer: async (command) => {
      await run(command, `>${log} 2>&1 & server=$!`);
      isServing = true;
      for (const start = Date.now(); Date.now() - start < serverStartTimeoutMs; await sleep(100)) {
        const isServed = (await fetch(`http://localhost:${port}/health`).catch(() => undefined))?.ok;
        // The line that tells the URLs is written a moment after the server listens.
        const text = await readFile(log, 'utf8');
        if (isServed && text.includes('/health')) return text;
        if ((await execute('kill -0 $server 2>/dev/null')).code !== 0) break;
      }
      isServing = false;
      throw new Error(`${command} did not serve:\n${await readFile(log, 'utf8')}`);
    },
    interruptServer,
    close: async () => {
      if (isServing) await interruptServer();
      bash.stdin.end();
      await exited;
    },
  };
}
