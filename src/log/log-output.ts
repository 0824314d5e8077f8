import type { DestinationStream } from 'pino';

/** Where log lines end up. A sink never blocks the process, whatever the reader of its text does. */
export interface LogSink {
  /**
   * Writes a chunk; the next one comes after `done`.
   * @param done takes how many bytes were written, or the error that kept the rest from being written.
   */
  write(chunk: Buffer, done: (error: NodeJS.ErrnoException | null | undefined, written: number) => void): void;
}

/** Characters that wait for the reader at most: some seconds of a busy server's log. */
const maxBufferedLength = 4 * 1024 * 1024;

/** Lines are written together, up to this many characters: each write costs a system call. */
const maxChunkLength = 64 * 1024;

/** A write starts at this many characters, or this many milliseconds after the first of them. */
const gatherLength = 4096;
const gatherMs = 100;

/** How long to wait after a failed write: the disk may get room again, a named pipe may get another reader. */
const retryMs = 1000;
const busyRetryMs = 100;

/**
 * Buffers log lines for a sink whose reader may be slow, stalled or gone. When the buffer is full, lines are dropped and
 * counted until half of it is free again. A pino destination: `logger.flush(callback)` calls `flush`.
 */
export class LogOutput implements DestinationStream {
  readonly #sink: LogSink;
  readonly #onDropped: (lines: number) => void;
  #chunks: string[] = [];
  #current: Buffer | undefined;
  #currentLength = 0;
  /** Of everything that is not written yet. */
  #length = 0;
  #dropped = 0;
  #isWriting = false;
  #isFailing = false;
  #timer: NodeJS.Timeout | undefined;
  #waiters: ((error?: Error) => void)[] = [];

  /** @param onDropped is told how many lines were dropped, once there is room to log it. */
  constructor(sink: LogSink, onDropped: (lines: number) => void) {
    this.#sink = sink;
    this.#onDropped = onDropped;
  }

  /** Takes a line. Never blocks and never throws. */
  write(line: string): void {
    // Once a line is dropped all are, until the count is logged: the gap is where the log says it is.
    if (this.#dropped > 0 || this.#length + line.length > maxBufferedLength) {
      this.#dropped += 1;
      return;
    }
    this.#length += line.length;
    const last = this.#chunks.length - 1;
    const open = this.#chunks[last];
    if (open !== undefined && open.length + line.length <= maxChunkLength) this.#chunks[last] = open + line;
    else this.#chunks.push(line);
    if (this.#isWriting || this.#isFailing) return;
    if (this.#length >= gatherLength) this.#writeNext();
    else this.#writeLater(gatherMs);
  }

  /**
   * Writes what is buffered now instead of later.
   * @param callback is called when all of it is written, or with the error of the next write that fails; never while the reader stalls.
   */
  flush(callback?: (error?: Error) => void): void {
    if (callback) this.#waiters.push(callback);
    if (!this.#isWriting) this.#writeNext();
  }

  #writeLater(delayMs: number): void {
    this.#timer ??= setTimeout(() => this.#writeNext(), delayMs).unref();
  }

  #writeNext(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#current) {
      const chunk = this.#chunks.shift();
      if (chunk === undefined) {
        this.#callWaiters();
        return;
      }
      this.#current = Buffer.from(chunk);
      this.#currentLength = chunk.length;
    }
    this.#isWriting = true;
    this.#sink.write(this.#current, (error, written) => this.#afterWrite(error, written));
  }

  #afterWrite(error: NodeJS.ErrnoException | null | undefined, written: number): void {
    this.#isFailing = Boolean(error);
    if (!error) this.#advance(written);
    this.#isWriting = false;
    if (error) {
      const isBusy = error.code === 'EAGAIN' || error.code === 'EBUSY';
      if (!isBusy) this.#callWaiters(error);
      this.#writeLater(isBusy ? busyRetryMs : retryMs);
    } else if (this.#current || this.#length >= gatherLength || this.#waiters.length > 0) {
      this.#writeNext();
    } else if (this.#length > 0) {
      this.#writeLater(gatherMs);
    }
  }

  #advance(written: number): void {
    this.#current = this.#current?.subarray(written);
    if (this.#current && this.#current.length > 0) return;
    this.#current = undefined;
    this.#length -= this.#currentLength;
    if (this.#dropped === 0 || this.#length > maxBufferedLength / 2) return;
    const lines = this.#dropped;
    this.#dropped = 0;
    this.#onDropped(lines);
  }

  #callWaiters(error?: Error): void {
    for (const callback of this.#waiters.splice(0)) callback(error);
  }
}
