import { createHash } from 'node:crypto';
import { unlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * Takes a folder for this process alone. The lock is a listening local socket named after the folder, so the kernel releases it
 * with the process, however that ends. It holds within one machine and, on Linux, within one network namespace.
 * @param folder its real path.
 * @returns a function that releases it; undefined when another process has it.
 */
export async function lockBySocket(folder: string): Promise<(() => Promise<void>) | undefined> {
  const address = socketAddress(`tandem-${createHash('sha256').update(folder).digest('hex').slice(0, 32)}`);
  let server = await listen(address);
  if (!server && address.startsWith('/') && !(await answers(address))) {
    // Only a socket in the file system outlives its process.
    await unlink(address).catch(() => {});
    server = await listen(address);
  }
  const listening = server;
  return listening && (() => new Promise((resolve) => listening.close(() => resolve())));
}

function socketAddress(name: string): string {
  if (process.platform === 'linux') return `\0${name}`;
  if (process.platform === 'win32') return `\\\\.\\pipe\\${name}`;
  return path.join(tmpdir(), `${name}.sock`);
}

function listen(address: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error)));
    server.listen(address, () => {
      server.unref();
      resolve(server);
    });
  });
}

function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
