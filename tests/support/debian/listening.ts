import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Daemon } from './daemon.js';

/** Waits until a daemon accepts connections. @throws Error with what it printed when it ends before. */
export async function listening(port: number, daemon: Daemon): Promise<void> {
  while (!(await accepts(port))) {
    if (daemon.hasEnded()) throw new Error(`The daemon for port ${port} did not start:\n${daemon.output()}`);
    await sleep(20);
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
