import { isWithoutTls } from './connect-errors.js';
import { addressOf, type ConnectionSettings } from './connection-url.js';
import type { Candidate } from './url-candidates.js';

/** The ways to a database, and what connections have learned about them. Shared by all clients of a process. */
export interface Hosts {
  readonly settings: ConnectionSettings;
  /**
   * The candidates in the order in which they are tried: the host that worked last comes first. Within a host TLS that worked comes
   * first; no TLS only when the server said that it has none, so that one broken handshake does not disable encryption for good.
   */
  order(): readonly Candidate[];
  /** Says that a candidate led to the database. */
  worked(candidate: Candidate): void;
  /** Says why a candidate did not. */
  failed(candidate: Candidate, error: unknown): void;
  /** Says that a pooler refused the start-up options of the URL: no connection sends them from now on. */
  refuseOptions(): void;
  sendsOptions(): boolean;
  /** Counts an attempt to connect, which a function gives up. @returns what to call when it has ended. */
  connecting(giveUp: () => void): () => void;
  /** Gives up the attempts that are under way; others are not made. */
  stopConnecting(): void;
  isStopped(): boolean;
}

/**
 * Makes the ways to a database.
 * @param onWarning is told once when a pooler refuses the URL's start-up options.
 */
export function createHosts(settings: ConnectionSettings, onWarning: (warning: string) => void): Hosts {
  let last: Candidate | undefined;
  const hostsWithoutTls = new Set<string>();
  const attempts = new Set<() => void>();
  let isStopped = false;
  let areOptionsRefused = settings.options === undefined;
  return {
    settings,
    order: () => {
      if (!last) return settings.candidates;
      const address = addressOf(last);
      const sameHost = settings.candidates.filter((each) => addressOf(each) === address);
      const mayBeFirst = last.tls !== undefined || hostsWithoutTls.has(address);
      return [...new Set([...(mayBeFirst ? [last] : []), ...sameHost, ...settings.candidates])];
    },
    worked: (candidate) => {
      last = candidate;
      if (candidate.tls) hostsWithoutTls.delete(addressOf(candidate));
    },
    failed: (candidate, error) => {
      if (isWithoutTls(error)) hostsWithoutTls.add(addressOf(candidate));
    },
    refuseOptions: () => {
      if (!areOptionsRefused)
        onWarning(`DATABASE_URL, PGOPTIONS: ${settings.description} refuses start-up options; they have no effect.`);
      areOptionsRefused = true;
    },
    sendsOptions: () => !areOptionsRefused,
    connecting: (giveUp) => {
      attempts.add(giveUp);
      return () => attempts.delete(giveUp);
    },
    stopConnecting: () => {
      isStopped = true;
      for (const giveUp of attempts) giveUp();
    },
    isStopped: () => isStopped,
  };
}
