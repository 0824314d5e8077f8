import type { PGlite } from '@electric-sql/pglite';
import type { Logger } from '../../log/log.js';
import type { DiskSpace } from './disk-space.js';
import type { Engine } from './engine.js';
import { EmbeddedUnavailableError } from './unavailable.js';

/** After a failed attempt to open the database again, in milliseconds: an attempt leaves this thread to nobody. */
const reopenEveryMs = 5_000;

interface Parts {
  readonly engine: Engine;
  readonly open: () => Promise<Engine>;
  readonly space: DiskSpace;
  readonly log: Logger | undefined;
}

/** Keeps an engine running where the disk is full, and opens another one after a crash. */
export class EngineSupervisor {
  readonly #parts: Parts;
  #engine: Engine;
  #isReadOnly = false;
  #reopening: Promise<Engine> | undefined;
  #reopenAt = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#engine = parts.engine;
  }

  /** A PGlite that stands for whichever engine runs. */
  get client(): PGlite {
    return new Proxy<PGlite>(this.#engine, {
      get: (_first, name) => {
        const member: unknown = Reflect.get(this.#engine, name, this.#engine);
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]) => {
          const engine = await this.#ready();
          return Reflect.apply(Reflect.get(engine, name, engine), engine, args);
        };
      },
    });
  }

  /** Without the last checkpoint where it could fail: what is committed is in the write-ahead log. */
  async close(): Promise<void> {
    if (this.#engine.hasCrashed || this.#parts.space.isLow()) await this.#engine.abandon();
    else await this.#engine.close();
  }

  async #ready(): Promise<Engine> {
    if (this.#engine.hasCrashed) {
      this.#reopening ??= this.#reopen().finally(() => {
        this.#reopening = undefined;
      });
      await this.#reopening;
    }
    const isLow = this.#parts.space.isLow();
    if (isLow !== this.#isReadOnly) await this.#setReadOnly(isLow);
    return this.#engine;
  }

  /** PostgreSQL then refuses writes itself (25006), and serves everything else. */
  async #setReadOnly(isReadOnly: boolean): Promise<void> {
    const { log, space } = this.#parts;
    this.#isReadOnly = isReadOnly;
    try {
      await this.#engine.exec(`SET default_transaction_read_only = ${isReadOnly ? 'on' : 'off'}`);
      // Without a background process PostgreSQL makes no checkpoint by itself, and its log grows.
      if (isReadOnly && space.hasRoomForCheckpoint()) await this.#engine.exec('CHECKPOINT');
    } catch (error) {
      this.#isReadOnly = !isReadOnly;
      throw error;
    }
    if (isReadOnly) log?.warn('database.disk-full');
    else log?.info('database.disk-recovered');
  }

  async #reopen(): Promise<Engine> {
    const { open, space, log } = this.#parts;
    if (space.isLow() || performance.now() < this.#reopenAt)
      throw new EmbeddedUnavailableError(
        'The embedded database has crashed, and is opened again soon, or when the disk has room.',
      );
    if (this.#reopenAt === 0) log?.error({ messages: this.#engine.fatalMessages }, 'database.crashed');
    this.#reopenAt = performance.now() + reopenEveryMs;
    await this.#engine.abandon();
    try {
      this.#engine = await open();
    } catch (cause) {
      log?.error({ err: cause }, 'database.reopen-failed');
      throw new EmbeddedUnavailableError('The embedded database has crashed, and cannot be opened again.', { cause });
    }
    this.#isReadOnly = false;
    this.#reopenAt = 0;
    log?.warn('database.reopened');
    return this.#engine;
  }
}
