import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import type { Logger } from '../../log/log.js';
import type { Notifications } from '../notifications.js';
import { Backoff } from '../retry.js';
import { endInTime, settledInTime } from './connection/target.js';

/** How often it is tested whether notifications arrive, in milliseconds. */
const beatEveryMs = 300;
/** A connection over which nothing has come back for so long is given up. */
const silentMs = 2_000;
/** Without use for so long the connection is closed: a permanent one would keep a serverless database from sleeping. */
const awakeMs = 30_000;

interface Parts {
  /** To the server itself; `send` goes through the pool. */
  readonly connect: () => Promise<pg.Client>;
  readonly send: (text: string, values: readonly unknown[]) => Promise<unknown>;
  readonly log: Pick<Logger, 'warn' | 'info'>;
}

/** A connection that listens; times by `performance.now`. */
interface Listening {
  readonly client: pg.Client;
  readonly since: number;
  caughtUpAt: number;
  /** The beats that have not arrived, and when they were sent. */
  readonly beats: Map<string, number>;
}

/**
 * Listens over a connection of its own, while somebody needs it. Every 0.3 s the pool sends this process a beat: notifications
 * arrive in the order in which they were committed, so the beat proves that none before it was missed: that the connection lives, is no
 * pooler's, and leads to the server that the pool leads to.
 */
export class PostgresNotifications implements Notifications {
  readonly #handlers = new Map<string, (payload: string) => void>();
  readonly #beatChannel = `tandem_beat_${randomBytes(8).toString('hex')}`;
  #listening: Listening | undefined;
  #lastUse = Number.NEGATIVE_INFINITY;
  readonly #backoff = new Backoff(500, 60_000);
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #isClosed = false;
  #isReported = false;

  constructor(private readonly parts: Parts) {}

  on(channel: string, handle: (payload: string) => void): void {
    this.#handlers.set(channel, handle);
  }

  keepAwake(): void {
    this.#lastUse = performance.now();
    if (!this.#timer && !this.#running) this.#schedule(0);
  }

  caughtUpAt(since: number): number | undefined {
    return this.#listening && this.#listening.since <= since ? this.#listening.caughtUpAt : undefined;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await settledInTime(this.#running);
    await this.#disconnect();
  }

  #schedule(delayMs: number): void {
    if (!this.#isClosed) this.#timer = setTimeout(() => this.#tick(), delayMs).unref();
  }

  #tick(): void {
    this.#timer = undefined;
    this.#running = this.#step().finally(() => {
      this.#running = undefined;
      if (performance.now() - this.#lastUse < awakeMs) this.#schedule(beatEveryMs);
    });
  }

  async #step(): Promise<void> {
    const now = performance.now();
    if (now - this.#lastUse >= awakeMs) return this.#disconnect();
    if (!this.#listening && now >= this.#backoff.endsAt) await this.#open();
    if (this.#listening) await this.#beat(this.#listening);
  }

  async #open(): Promise<void> {
    let client: pg.Client | undefined;
    try {
      client = await this.parts.connect();
      await this.#listen(client);
    } catch (err) {
      await client?.end().catch(() => {});
      this.#retryLater('no connection', err);
    }
  }

  async #listen(client: pg.Client): Promise<void> {
    client.on('error', (err) => this.#lose(client, 'the connection broke', err));
    client.on('end', () => this.#lose(client, 'the connection ended'));
    client.on('notification', ({ channel, payload = '' }) => {
      if (channel === this.#beatChannel) this.#hearBeat(client, payload);
      else this.#handlers.get(channel)?.(payload);
    });
    await client.query([this.#beatChannel, ...this.#handlers.keys()].map((channel) => `LISTEN ${channel}`).join('; '));
    if (this.#isClosed) throw new Error('It was closed meanwhile.');
    this.#listening = { client, since: performance.now(), caughtUpAt: Number.NEGATIVE_INFINITY, beats: new Map() };
  }

  async #beat({ client, since, caughtUpAt, beats }: Listening): Promise<void> {
    const now = performance.now();
    if (now - Math.max(since, caughtUpAt) > silentMs) return this.#lose(client, 'notifications do not arrive');
    const payload = String(now);
    beats.set(payload, now);
    // Not worth a wait for the disk: nothing is lost with it. When it fails, the connection counts as silent.
    const statement = `SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, $2)`;
    await this.parts.send(statement, [this.#beatChannel, payload]).catch(() => {});
  }

  #hearBeat(client: pg.Client, payload: string): void {
    const listening = this.#listening;
    const sentAt = listening?.beats.get(payload);
    if (listening?.client !== client || sentAt === undefined) return;
    listening.beats.delete(payload);
    listening.caughtUpAt = sentAt;
    this.#backoff.reset();
    if (this.#isReported) this.parts.log.info('notifications.restored');
    this.#isReported = false;
  }

  #lose(client: pg.Client, reason: string, err?: unknown): void {
    if (this.#listening?.client !== client) return;
    void this.#disconnect();
    this.#retryLater(reason, err);
  }

  #retryLater(reason: string, err?: unknown): void {
    this.#backoff.start();
    const cure = 'sessions are looked up instead; behind a pooler set DATABASE_DIRECT_URL to the server itself';
    if (!this.#isReported && !this.#isClosed) this.parts.log.warn({ reason, err, cure }, 'notifications.lost');
    this.#isReported = true;
  }

  async #disconnect(): Promise<void> {
    const { client } = this.#listening ?? {};
    this.#listening = undefined;
    if (client) await endInTime(client);
  }
}
