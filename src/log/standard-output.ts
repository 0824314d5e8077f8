import { constants, fstatSync, openSync, write as writeToDescriptor } from 'node:fs';
import { isatty } from 'node:tty';
import type { LogSink } from './log-output.js';

/**
 * Standard output without its two traps. A blocking write to a full pipe or a stopped terminal keeps a thread of libuv's
 * pool, and Node waits for that thread on exit, for ever. And an error that nobody listens to ends the process.
 */
export function standardOutput(): LogSink {
  const stats = fstatSync(1);
  return stats.isFIFO() || stats.isSocket() ? toStream(process.stdout) : toDescriptor(isatty(1) ? openTerminal() : 1);
}

/** Node (20 to 24) writes to pipes and sockets without blocking, and lets a standard stream be used again after an error. */
function toStream(stream: NodeJS.WriteStream): LogSink {
  stream.on('error', () => {});
  return { write: (chunk, done) => stream.write(chunk, (error) => done(error, error ? 0 : chunk.length)) };
}

/** Files and devices, from another thread: a disk may be slow. */
function toDescriptor(descriptor: number): LogSink {
  return { write: (chunk, done) => writeToDescriptor(descriptor, chunk, done) };
}

/** A terminal that is stopped (Ctrl-S) blocks writers, unless it was opened not to. */
function openTerminal(): number {
  try {
    return openSync('/dev/stdout', constants.O_WRONLY | constants.O_NOCTTY | constants.O_NONBLOCK);
  } catch {
    return 1;
  }
}
