import { addressOf } from './connection-url.js';
import type { Candidate } from './url-candidates.js';

/** An attempt to connect that failed. */
export interface FailedAttempt {
  readonly candidate: Candidate;
  readonly error: unknown;
}

const codeOf = (error: unknown): string => String(Object(error).code ?? '');
const messageOf = (error: unknown): string => String(Object(error).message ?? error);

/** Every candidate failed. Its code and message are those of the last attempt. */
export class AllCandidatesFailed extends Error {
  readonly code: string;
  constructor(readonly attempts: readonly FailedAttempt[]) {
    const last = attempts.at(-1)?.error;
    super(attempts.map(({ candidate, error }) => `${addressOf(candidate)}: ${messageOf(error)}`).join('; '), { cause: last });
    this.name = 'AllCandidatesFailed';
    this.code = codeOf(last);
  }
}

/** The server is not what `target_session_attrs` asks for. SQLSTATE 08001: the client cannot establish a connection. */
export class WrongSession extends Error {
  readonly code = '08001';
  constructor(readonly sessionKind: string) {
    super(`The session is not ${sessionKind}.`);
    this.name = 'WrongSession';
  }
}

/** The server authenticates without the channel binding that the URL requires. */
export class NoChannelBinding extends Error {
  override readonly name = 'NoChannelBinding';
}

/** What answers does not speak PostgreSQL's protocol. */
export class OtherProtocol extends Error {
  override readonly name = 'OtherProtocol';
}

/** Whether an error came as a message of a server or pooler, which then ended the connection. */
export const isServerError = (error: unknown): error is Error & { code?: string } =>
  error instanceof Error && 'severity' in error && typeof error.severity === 'string';

/** Whether a server said that it has no TLS, in node-postgres' words. */
export const isWithoutTls = (error: unknown): boolean => /does not support SSL/.test(messageOf(error));

/** Whether TLS itself failed: the server has none, or the handshake did not come to an end. */
const isTlsFailure = (error: unknown): boolean =>
  /SSL connection|secure TLS connection/.test(messageOf(error)) ||
  /^ERR_(SSL|TLS)|^EPROTO|CERT|SELF_SIGNED|UNABLE_TO/.test(codeOf(error));

/** Whether a pooler refuses the start-up options: PgBouncer's words, with or without the name of the option. */
export const isOptionsRefusal = (error: unknown): boolean =>
  isServerError(error) && /unsupported (startup )?(parameter|option).*\boptions\b/i.test(error.message);

/** Wrong password, unknown database: another host or encryption changes nothing. */
const isFinal = /^(28P01|3D000)$/;
/** The server is starting, stopping or full: another host may serve. */
const isUnavailable = /^(57|53)/;

/**
 * What is left to try after a failure. Where TLS or the server's access rules are the reason, the same host with the other encryption
 * comes first; a host that is out of reach is so with either.
 * @param rest the candidates in their order, the failed one first.
 */
export function candidatesAfter(error: unknown, [failed, ...rest]: readonly Candidate[]): readonly Candidate[] {
  const isSameHost = (other: Candidate) => other.host === failed?.host && other.port === failed?.port;
  if (isTlsFailure(error)) return rest;
  if (!isServerError(error) || isUnavailable.test(codeOf(error))) return rest.filter((other) => !isSameHost(other));
  // As in libpq, a host that refuses to authenticate ends the search.
  return isFinal.test(codeOf(error)) ? [] : rest.filter(isSameHost);
}
