import type { ConnectionSettings } from '../connection/connection-url.js';
import type { Candidate } from '../connection/url-candidates.js';

/** An error of an attempt to use the database, in what rules ask of it. */
export interface Failure {
  readonly error: unknown;
  /** PostgreSQL's or Node's code; empty without one. */
  readonly code: string;
  /** The message, in one line. */
  readonly words: string;
  /** Whether a server or a pooler said it. */
  readonly isFromServer: boolean;
  /** The function of PostgreSQL's source that said it: the words depend on `lc_messages`. Poolers name none. */
  readonly routine: string | undefined;
  readonly settings: ConnectionSettings;
  readonly candidate: Candidate;
  /** Whether the same host refused a connection with TLS and one without. */
  readonly isWithAndWithoutTls: boolean;
}

/** One kind of failure: what it means, to follow the address of the database, and what to do about it. */
export interface Rule {
  readonly applies: (failure: Failure) => boolean;
  readonly cause: (failure: Failure) => string;
  readonly cure: (failure: Failure) => string;
}

/** Makes a rule of texts that may depend on the failure. */
export const rule = (applies: Rule['applies'], cause: string | Rule['cause'], cure: string | Rule['cure']): Rule => ({
  applies,
  cause: typeof cause === 'string' ? () => cause : cause,
  cure: typeof cure === 'string' ? () => cure : cure,
});

/** Whether a failure has a code. @param pattern of the whole code. */
export const hasCode =
  (pattern: RegExp): Rule['applies'] =>
  ({ code }) =>
    pattern.test(code);

/** Whether the words of a failure match, for libraries and poolers, whose errors have no codes of their own. */
export const says =
  (pattern: RegExp): Rule['applies'] =>
  ({ words }) =>
    pattern.test(words);
