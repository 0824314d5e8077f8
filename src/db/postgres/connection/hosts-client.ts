import { EventEmitter } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import pg from 'pg';
import { AllCandidatesFailed, candidatesAfter, type FailedAttempt, isOptionsRefusal, WrongSession } from './connect-errors.js';
import { clientConfigOf, type SessionKind } from './connection-url.js';
import { rejectOtherProtocols, requireChannelBinding } from './handshake.js';
import type { Hosts } from './hosts.js';
import type { Candidate } from './url-candidates.js';

/** Errors that a client handles come to it as well; those after its end are of no interest. */
function ignoreErrors(connection: pg.Connection): void {
  connection.on('error', () => {});
  connection.stream.on('error', () => {});
}

/** A client before it connects. Explicit values keep node-postgres from reading variables of the environment. */
const blank: pg.ClientConfig = { ssl: false, sslnegotiation: 'postgres' };

const emitterFields = Object.keys(new EventEmitter());

/**
 * A client of `pg` with several candidates. `connect` tries the candidates in their order, each for as long as the
 * URL's `connect_timeout` or the client's `connectionTimeoutMillis` says. It rejects with the error of the only attempt, or with
 * `AllCandidatesFailed`.
 */
export class HostsClient extends pg.Client {
  readonly #hosts: Hosts;
  readonly #config: pg.ClientConfig;
  declare readonly connectionParameters: { options?: string };

  /** @param config what is the same for all candidates, such as `keepAlive` or a pool's options. */
  constructor(hosts: Hosts, config: pg.ClientConfig = {}) {
    super({ ...config, ...blank });
    this.#hosts = hosts;
    // A pool changes its options.
    this.#config = { ...config };
    // A connection may break before anybody listens: after an attempt has succeeded, or between a pool and its user. Without a listener
    // the event ends the process; the next statement fails as well.
    this.on('error', () => {});
  }

  override connect(): Promise<pg.Client>;
  override connect(callback: (error: Error | null, client?: pg.Client) => void): void;
  override connect(callback?: (error: Error | null, client?: pg.Client) => void): Promise<pg.Client> | undefined {
    const ended = this.#hosts.connecting(() => this.connection.stream.destroy());
    const connected = this.#connectToAny().finally(ended);
    if (!callback) return connected;
    connected.then(
      () => callback(null, this),
      (error) => callback(error),
    );
    return undefined;
  }

  async #connectToAny(): Promise<pg.Client> {
    const failures: FailedAttempt[] = [];
    const { targetSessionAttrs } = this.#hosts.settings;
    const kinds: SessionKind[] = targetSessionAttrs === 'prefer-standby' ? ['standby', 'any'] : [targetSessionAttrs];
    for (const kind of kinds) {
      let rest = this.#hosts.order();
      while (rest[0]) {
        if (this.#hosts.isStopped()) throw new Error('Connection terminated: the database was closed.');
        const [candidate] = rest;
        try {
          await this.#connectTo(candidate, kind);
          this.#hosts.worked(candidate);
          return this;
        } catch (error) {
          failures.push({ candidate, error });
          this.#hosts.failed(candidate, error);
          // node-postgres hashes and looks up passwords in promises, and then writes to the client's connection, whichever it is.
          await nextTurn();
          rest = this.#next(error, rest);
        }
      }
    }
    this.#startOver(blank);
    throw failures.length === 1 ? failures[0]?.error : new AllCandidatesFailed(failures);
  }

  #next(error: unknown, rest: readonly Candidate[]): readonly Candidate[] {
    if (!isOptionsRefusal(error) || !this.#hosts.sendsOptions()) return candidatesAfter(error, rest);
    this.#hosts.refuseOptions();
    return rest;
  }

  async #connectTo(candidate: Candidate, kind: SessionKind): Promise<void> {
    const { settings } = this.#hosts;
    this.#startOver(clientConfigOf(settings, candidate));
    if (!candidate.tls) rejectOtherProtocols(this.connection);
    const channelError = settings.channelBinding === 'require' ? requireChannelBinding(this.connection) : undefined;
    await super.connect();
    const error = channelError?.();
    if (error) throw error;
    if (kind !== 'any') await checkSession(this, kind);
  }

  /** node-postgres 8 connects a client once: for another attempt it gets the fields of a new one. Pools hold on to the object. */
  #startOver(config: pg.ClientConfig): void {
    this.connection.removeAllListeners();
    ignoreErrors(this.connection);
    this.connection.stream.destroy();
    const fresh = new pg.Client({ ...this.#config, ...config });
    ignoreErrors(fresh.connection);
    for (const [name, field] of Object.entries(Object.getOwnPropertyDescriptors(fresh)))
      if (!emitterFields.includes(name)) Object.defineProperty(this, name, field);
    // Left out of the configuration, they would come from PGOPTIONS.
    if (!this.#hosts.sendsOptions()) this.connectionParameters.options = undefined;
  }
}

/** Makes the class of clients for `pg.Pool`, its option `Client`. @param defaults what a client's configuration leaves open. */
export function createClientClass(hosts: Hosts, defaults: pg.ClientConfig = {}): new (config?: pg.ClientConfig) => HostsClient {
  return class extends HostsClient {
    constructor(config?: pg.ClientConfig) {
      super(hosts, { ...defaults, ...config });
    }
  };
}

/** Whether a session is of a kind, as libpq asks servers before version 14. @throws WrongSession when it is not. */
async function checkSession(client: pg.Client, kind: SessionKind): Promise<void> {
  const { rows } = await client.query<{ standby: boolean; readOnly: string }>(
    `SELECT pg_catalog.pg_is_in_recovery() AS standby, pg_catalog.current_setting('transaction_read_only') AS "readOnly"`,
  );
  const isStandby = rows[0]?.standby === true;
  const isReadOnly = rows[0]?.readOnly === 'on';
  const matches = { 'read-write': !isReadOnly, 'read-only': isReadOnly, primary: !isStandby, standby: isStandby };
  if (kind in matches && !matches[kind as keyof typeof matches]) throw new WrongSession(kind);
}
