import { quoteName } from '../session-settings.js';
import { type Failure, hasCode, type Rule, rule } from './failure.js';

/** Whether PostgreSQL itself refused, in a function of its source. */
const saidBy =
  (code: string, routine: string) =>
  (failure: Failure): boolean =>
    failure.code === code && failure.routine === routine;

const quoted = ({ words }: Failure): string => `(“${words}”)`;
const role = ({ settings }: Failure): string => quoteName(settings.user);
const database = ({ settings }: Failure): string => quoteName(settings.database);

/** A server whose rules for this address name one encryption only says so of the other one. */
function accessCure(failure: Failure): string {
  const line = 'add a line for this role, database and address to pg_hba.conf';
  if (failure.isWithAndWithoutTls) return line;
  return failure.candidate.tls ? `${line}, or set sslmode=disable` : `${line}, or set sslmode=require`;
}

/** What PostgreSQL, or a pooler in its name, refuses. Rules go by codes and functions, since words come in many languages. */
export const serverRefusals: readonly Rule[] = [
  rule(
    ({ code, words, settings }) =>
      (code === '28P01' && !settings.password) || /client password must be a (non-empty )?string/.test(words),
    (failure) => `asks for the password of ${failure.settings.user}, and there is none`,
    'write postgresql://USER:PASSWORD@HOST/DATABASE, or set PGPASSWORD',
  ),
  rule(
    hasCode(/^28P01$/),
    (failure) => `refuses the password of ${failure.settings.user}`,
    (failure) =>
      `correct user and password; one that has expired is refused alike: ALTER ROLE ${role(failure)} VALID UNTIL 'infinity'`,
  ),
  rule(
    ({ code, words }) => code === '28000' && /client certificate/.test(words),
    'asks for a certificate of this client',
    'set sslcert and sslkey',
  ),
  rule(
    saidBy('28000', 'ClientAuthentication'),
    (failure) => `does not let ${failure.settings.user} in ${quoted(failure)}`,
    accessCure,
  ),
  rule(
    (failure) => saidBy('28000', 'InitializeSessionUserId')(failure) && /does not exist/.test(failure.words),
    ({ settings }) => `has no role ${settings.user}`,
    (failure) => `CREATE ROLE ${role(failure)} LOGIN PASSWORD '…'; or correct the name`,
  ),
  rule(
    saidBy('28000', 'InitializeSessionUserId'),
    (failure) => `does not let ${failure.settings.user} in ${quoted(failure)}`,
    (failure) => `ALTER ROLE ${role(failure)} LOGIN, or CREATE ROLE`,
  ),
  rule(
    hasCode(/^28/),
    (failure) => `does not let ${failure.settings.user} in ${quoted(failure)}`,
    'correct user and password, or the method in pg_hba.conf',
  ),
  rule(
    hasCode(/^3D000$/),
    'does not exist',
    (failure) => `create it: CREATE DATABASE ${database(failure)} ENCODING 'UTF8' TEMPLATE template0; or correct the name`,
  ),
  rule(
    (failure) => failure.code === '42501' && /^(CheckMyDatabase|InitPostgres)$/.test(failure.routine ?? ''),
    (failure) => `does not let ${failure.settings.user} in ${quoted(failure)}`,
    (failure) => `GRANT CONNECT ON DATABASE ${database(failure)} TO ${role(failure)}`,
  ),
  rule(
    hasCode(/^53300$/),
    (failure) => `has no connection left ${quoted(failure)}`,
    'lower DATABASE_POOL, raise the limit (max_connections, ALTER ROLE … CONNECTION LIMIT), or use a pooler',
  ),
  rule(hasCode(/^57P03$/), (failure) => `does not accept connections now ${quoted(failure)}`, 'wait, or see its log'),
  rule(
    (failure) => failure.code === '55000' && failure.routine === 'CheckMyDatabase',
    (failure) => `takes no connections ${quoted(failure)}`,
    'use another database',
  ),
  rule(
    ({ code, settings }) => /^(22023|42704|42601|42501|55P02)$/.test(code) && settings.options !== undefined,
    (failure) => `refuses the start-up options ${quoted(failure)}`,
    'correct options= or PGOPTIONS',
  ),
  rule(
    ({ code, words }) => code === '42501' && /denied for schema/.test(words),
    (failure) => `lacks rights for ${failure.settings.user} ${quoted(failure)}`,
    (failure) => `GRANT USAGE, CREATE ON SCHEMA ${/schema (\S+)/.exec(failure.words)?.[1]} TO ${role(failure)}`,
  ),
  rule(
    hasCode(/^42501$/),
    (failure) => `lacks rights for ${failure.settings.user} ${quoted(failure)}`,
    'grant them, or name a role that has them in DATABASE_DIRECT_URL',
  ),
  rule(
    hasCode(/^25006$/),
    'is read-only, and lacks our tables or their last changes',
    'migrate on the primary: npm run db:migrate',
  ),
  rule(hasCode(/^0A000$/), (failure) => `cannot do what is asked ${quoted(failure)}`, 'use PostgreSQL 13 or newer'),
];

const fromPooler =
  (pattern: RegExp): Rule['applies'] =>
  ({ isFromServer, routine, words }) =>
    isFromServer && routine === undefined && pattern.test(words);

/** What poolers say with codes that mean something else, in PgBouncer's, Supavisor's and Neon's words. */
export const poolerRefusals: readonly Rule[] = [
  rule(
    fromPooler(/^database .* does not exist/i),
    (failure) => `does not exist on the server behind the pooler ${quoted(failure)}`,
    'create it there, or correct dbname= in pgbouncer.ini',
  ),
  rule(
    fromPooler(/no such database/i),
    (failure) => `is unknown to the pooler ${quoted(failure)}`,
    'add it to [databases] of pgbouncer.ini, or correct the name',
  ),
  rule(
    fromPooler(/unsupported startup parameter/i),
    (failure) => `is behind a pooler that refuses a start-up parameter ${quoted(failure)}`,
    'remove it from DATABASE_URL and PGOPTIONS, or add it to ignore_startup_parameters in pgbouncer.ini',
  ),
  rule(
    ({ isFromServer, words }) =>
      isFromServer && /SSL required|TLS required|requires? (SSL|TLS)|connection is insecure/i.test(words),
    (failure) => `takes encrypted connections only ${quoted(failure)}`,
    'set sslmode=require',
  ),
  rule(
    fromPooler(/tenant or user not found/i),
    (failure) => `is unknown to the pooler ${quoted(failure)}`,
    'with Supabase’s pooler the user is postgres.PROJECT, and the host that of the project’s region',
  ),
  rule(
    fromPooler(/authentication failed|no such user/i),
    (failure) => `does not let ${failure.settings.user} in ${quoted(failure)}`,
    'correct user and password, and see auth_file or auth_query in pgbouncer.ini',
  ),
  rule(
    ({ isFromServer, routine, code }) => isFromServer && routine === undefined && /^08/.test(code),
    (failure) => `is behind a pooler that refuses ${quoted(failure)}`,
    'see the log of the pooler',
  ),
];
