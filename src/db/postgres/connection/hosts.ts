import type { ConnectionSettings } from './connection-url.js';
import type { Candidate } from './url-candidates.js';

/** The ways to a database, and what connections have learned about them. Shared by all clients of a process. */
export interface Hosts {
  readonly settings: ConnectionSettings;
  /** The candidates in the order in which they are tried: the one that worked last comes first. */
  order(): readonly Candidate[];
  /** Says that a candidate led to the database. */
  worked(candidate: Candidate): void;
  /** Says that a pooler refused the start-up options of the URL: no connection sends them from now on. */
  refuseOptions(): void;
  sendsOptions(): boolean;
}

/**
 * Makes the ways to a database.
 * @param onWarning is told once when a pooler refuses the URL's start-up options.
 */
export function createHosts(settings: ConnectionSettings, onWarning: (warning: string) => void): Hosts {
  let last: Candidate | undefined;
  let areOptionsRefused = settings.options === undefined;
  return {
    settings,
    order: () => (last ? [last, ...settings.candidates.filter((each) => each !== last)] : settings.candidates),
    worked: (candidate) => {
      last = candidate;
    },
    refuseOptions: () => {
      if (!areOptionsRefused)
        onWarning(`DATABASE_URL, PGOPTIONS: ${settings.description} refuses start-up options; they have no effect.`);
      areOptionsRefused = true;
    },
    sendsOptions: () => !areOptionsRefused,
  };
}
