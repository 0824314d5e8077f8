import { StartError } from '../../../core/start-error.js';
import { AllCandidatesFailed, type FailedAttempt, isServerError, isWithoutTls } from '../connection/connect-errors.js';
import { addressOf, type ConnectionSettings } from '../connection/connection-url.js';
import { type Failure, rule } from './failure.js';
import { networkRefusals } from './network-refusals.js';
import { poolerRefusals, serverRefusals } from './server-refusals.js';
import { tlsRefusals } from './tls-refusals.js';

const unknown = rule(
  () => true,
  ({ code, words }) => `cannot be used (${[code, words].filter(Boolean).join(': ') || 'unknown error'})`,
  'see the log of the server',
);
const sasl = rule(
  ({ words }) => words.startsWith('SASL: '),
  ({ words }) => `cannot check the password as the server asks (${words})`,
  'set the password of the role anew, with password_encryption = scram-sha-256',
);
const rules = [...networkRefusals, ...tlsRefusals, ...poolerRefusals, ...serverRefusals, sasl, unknown];

/**
 * Words an error of connecting or migrating for the operator, in one line with its cause and its cure. It holds a server's own words
 * where they say more; no server repeats a password.
 * @param setting the name of the variable with the URL.
 * @returns errors that are worded already as they are.
 */
export function refusal(error: unknown, settings: ConnectionSettings, setting = 'DATABASE_URL'): unknown {
  if (error instanceof StartError) return error;
  const worded = mostTelling(attemptsOf(error, settings)).map((attempt) => {
    const failure = failureOf(attempt, error, settings);
    const { cause, cure } = rules.find(({ applies }) => applies(failure)) ?? unknown;
    return { cause: `at ${addressOf(attempt.candidate)} ${cause(failure)}`, cure: cure(failure) };
  });
  const causes = worded.map(({ cause }) => cause).join(', and ');
  const cures = [...new Set(worded.map(({ cure }) => cure))].join('; ');
  return new StartError(oneLine(`${setting}: the database ${settings.database} ${causes}; ${cures}.`), { cause: error });
}

function attemptsOf(error: unknown, { candidates }: ConnectionSettings): readonly FailedAttempt[] {
  if (error instanceof AllCandidatesFailed) return error.attempts;
  return candidates.slice(0, 1).map((candidate) => ({ candidate, error }));
}

/** The last attempt at a host says most, unless it only says that there is no TLS to fall back on. */
function mostTelling(attempts: readonly FailedAttempt[]): readonly FailedAttempt[] {
  const sorted = attempts.toSorted((a, b) => Number(isWithoutTls(b.error)) - Number(isWithoutTls(a.error)));
  const latest = new Map(sorted.map((attempt) => [addressOf(attempt.candidate), attempt]));
  return [...new Set(attempts.map(({ candidate }) => addressOf(candidate)))].flatMap((address) => latest.get(address) ?? []);
}

function failureOf({ candidate, error }: FailedAttempt, whole: unknown, settings: ConnectionSettings): Failure {
  const encryptions = attemptsOf(whole, settings)
    .filter((attempt) => addressOf(attempt.candidate) === addressOf(candidate))
    .map((attempt) => attempt.candidate.tls !== undefined);
  const { code, routine } = Object(error) as { code?: unknown; routine?: unknown };
  return {
    error,
    code: typeof code === 'string' ? code : '',
    words: oneLine(error instanceof Error ? error.message : String(error)),
    isFromServer: isServerError(error),
    routine: typeof routine === 'string' ? routine : undefined,
    settings,
    candidate,
    isWithAndWithoutTls: encryptions.includes(true) && encryptions.includes(false),
  };
}

const oneLine = (text: string): string => text.replace(/\s*\p{Cc}+\s*/gu, ' ');
