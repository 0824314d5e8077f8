import { PGlite } from '@electric-sql/pglite';
import { EmbeddedUnavailableError } from './unavailable.js';

/** Such as `2026-11-27 08:00:18.777 UTC [42] FATAL:  database files are incompatible with server`. */
const fatalLine = /\b(?:FATAL|PANIC): +(.*?)\.?$|(could not access the server configuration file.*)/;
const detailLine = /\bDETAIL: +(.*?)\.?$/;

/** Collects PostgreSQL's fatal errors and their details. Details of other errors, which may hold values, are left out. */
class FatalMessages {
  readonly list: string[] = [];
  #isFatal = false;

  add(line: string): void {
    const fatal = fatalLine.exec(line)?.slice(1).find(Boolean);
    const detail = this.#isFatal ? detailLine.exec(line)?.[1] : undefined;
    this.#isFatal = fatal !== undefined;
    const message = fatal ?? detail;
    if (message) this.list.push(message);
  }
}

/** PostgreSQL did not open the folder. */
export class EngineOpenError extends Error {
  /** @param messages PostgreSQL's own words; none when it said nothing. */
  constructor(
    readonly messages: readonly string[],
    options: ErrorOptions,
  ) {
    super(messages.join('; ') || 'PGlite could not be opened', options);
  }
}

/**
 * PGlite on a folder, whose statements may be refused, and which survives a panic of PostgreSQL. PGlite 0.5.16 swallows the
 * exception in which a panic ends, and calls PostgreSQL again, which then waits for its own locks for ever.
 */
export class Engine extends PGlite {
  readonly #check: () => void;
  readonly #messages: FatalMessages;
  #hasCrashed = false;

  private constructor(folder: string, check: () => void) {
    const messages = new FatalMessages();
    super({
      dataDir: folder,
      // Checkpoints remove what is beyond this of the write-ahead log: PostgreSQL's own minimum is 80 MB.
      startParams: [...PGlite.defaultStartParams, '-c', 'min_wal_size=32MB', '-c', 'TimeZone=UTC'],
      onStderr: (line) => {
        messages.add(line);
        return false;
      },
    });
    this.#messages = messages;
    this.#check = check;
  }

  /**
   * Opens a folder, making the database when it is new.
   * @param check runs before each statement; what it throws refuses the statement.
   * @throws EngineOpenError
   */
  static async open(folder: string, check: () => void): Promise<Engine> {
    const engine = new Engine(folder, check);
    try {
      await engine.waitReady;
    } catch (cause) {
      throw new EngineOpenError(engine.#messages.list, { cause });
    }
    engine.#stopAtCrash();
    return engine;
  }

  /** Why it crashed, in PostgreSQL's words. */
  get fatalMessages(): readonly string[] {
    return this.#messages.list;
  }

  /** Whether PostgreSQL panicked: what was committed is in the folder, for another engine. */
  get hasCrashed(): boolean {
    return this.#hasCrashed;
  }

  /** PGlite runs each statement through this method, those of transactions and its own included. */
  override _runExclusiveQuery<T>(run: () => Promise<T>): Promise<T> {
    return super._runExclusiveQuery(async () => {
      this.#checkAlive();
      this.#check();
      return run();
    });
  }

  #checkAlive(): void {
    if (this.#hasCrashed) throw new EmbeddedUnavailableError('The embedded database has crashed.');
  }

  /**
   * PGlite calls `_PostgresMainLoopOnce` until a message is read, catches what it throws, and calls `stackRestore`: that ends the
   * loop, when it throws. An `ExitStatus` is one of PostgreSQL's errors, and PGlite's own business.
   */
  #stopAtCrash(): void {
    const { Module } = this;
    const { _PostgresMainLoopOnce, stackRestore, _PostgresSendReadyForQueryIfNecessary, _pgl_pq_flush } = Module;
    Module._PostgresMainLoopOnce = () => {
      this.#checkAlive();
      try {
        _PostgresMainLoopOnce();
      } catch (error) {
        this.#hasCrashed ||= (error as Error | undefined)?.name !== 'ExitStatus';
        throw error;
      }
    };
    Module.stackRestore = (pointer) => {
      this.#checkAlive();
      return stackRestore(pointer);
    };
    Module._PostgresSendReadyForQueryIfNecessary = () => {
      if (!this.#hasCrashed) _PostgresSendReadyForQueryIfNecessary();
    };
    Module._pgl_pq_flush = () => {
      if (!this.#hasCrashed) _pgl_pq_flush();
    };
  }

  /** Gives back the files of an engine that has crashed, and writes nothing. */
  async abandon(): Promise<void> {
    await this.fs?.closeFs();
  }
}
