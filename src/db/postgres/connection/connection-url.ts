import { userInfo } from 'node:os';
import type pg from 'pg';
import { StartError } from '../../../core/start-error.js';
import { tlsOptions } from './tls.js';
import { type Candidate, isSocket, readCandidates } from './url-candidates.js';
import { createParameters, isParameter, type LibpqEnvironment, type Parameters } from './url-parameters.js';
import { readUrlText } from './url-text.js';

/** What a session must be, in libpq's words. */
const sessionKinds = ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'] as const;
export type SessionKind = (typeof sessionKinds)[number];

/** What a connection URL says. */
export interface ConnectionSettings {
  /** In the order in which they are tried; at least one. */
  readonly candidates: readonly Candidate[];
  readonly targetSessionAttrs: SessionKind;
  readonly user: string;
  /** A function, so that no log of the settings shows it. Undefined without one. */
  readonly password: (() => string) | undefined;
  readonly database: string;
  /** Start-up options of `PGOPTIONS`, then of `?options=`. */
  readonly options: string | undefined;
  readonly channelBinding: 'disable' | 'prefer' | 'require';
  readonly sslNegotiation: 'postgres' | 'direct';
  readonly applicationName: string | undefined;
  /** For each candidate; 0 waits without limit. */
  readonly connectTimeoutMs: number | undefined;
  readonly schema: string | undefined;
  /** Connections at most, in Prisma's words `connection_limit`. */
  readonly connectionLimit: number | undefined;
  /** How long to wait for a connection of the pool; 0 waits without limit. */
  readonly poolTimeoutMs: number | undefined;
  /** Whether the URL says so: `pgbouncer=true`. */
  readonly isPgBouncer: boolean;
  /** False for `statement_cache_size=0`, by which Prisma disables prepared statements. */
  readonly usesPreparedStatements: boolean;
  readonly isNeon: boolean;
  /** Sentences for the log, without a part of a value. */
  readonly warnings: readonly string[];
  /** Such as `the database tasks at db.example:5432`. */
  readonly description: string;
}

/**
 * Says what is wrong with a connection URL.
 * @returns texts to follow `DATABASE_URL`, without any part of the URL's values.
 */
export function connectionUrlFaults(url: string, environment: LibpqEnvironment = {}): readonly string[] {
  return read(url, environment).faults;
}

/**
 * Reads a connection URL as libpq does, with what Prisma and node-postgres add.
 * @param environment libpq's variables, which say what the URL leaves open.
 * @throws StartError for the first fault.
 */
export function parseConnectionUrl(url: string, environment: LibpqEnvironment = {}): ConnectionSettings {
  const { settings, faults } = read(url, environment);
  if (faults[0]) throw new StartError(`DATABASE_URL ${faults[0]}.`);
  return settings;
}

function read(url: string, environment: LibpqEnvironment): { settings: ConnectionSettings; faults: readonly string[] } {
  const { values, faults } = readUrlText(url, isParameter);
  const parameters = createParameters(values, environment);
  const candidates = readCandidates(parameters);
  const user = parameters.text('user') ?? systemUser();
  const database = parameters.text('dbname') ?? user;
  const password = parameters.text('password');
  const ignored = [...values.keys()].filter((name) => !isParameter(name));
  const settings: ConnectionSettings = {
    candidates,
    user,
    password: password === undefined ? undefined : () => password,
    database,
    options: [environment.PGOPTIONS, values.get('options')].filter(Boolean).join(' ') || undefined,
    ...readSession(parameters),
    ...readPool(parameters),
    isNeon: candidates.every(({ host }) => /\.neon\.(tech|build)$/i.test(host)),
    warnings: ignored.length ? [`DATABASE_URL: these parameters have no effect: ${ignored.join(', ')}.`] : [],
    description: oneLine(`the database ${database} at ${[...new Set(candidates.map(addressOf))].join(', ')}`),
  };
  return { settings: Object.freeze(settings), faults: faults.length ? faults : parameters.faults };
}

function readSession(parameters: Parameters) {
  const encoding = parameters.text('client_encoding')?.replace(/-/g, '').toLowerCase();
  if (encoding && encoding !== 'auto' && encoding !== 'utf8') parameters.fault('has a client_encoding other than UTF8');
  const seconds = parameters.integer('connect_timeout', -1, 600);
  return {
    targetSessionAttrs: parameters.choice('target_session_attrs', sessionKinds) ?? 'any',
    channelBinding: parameters.choice('channel_binding', ['disable', 'prefer', 'require']) ?? 'disable',
    sslNegotiation: parameters.choice('sslnegotiation', ['postgres', 'direct']) ?? 'postgres',
    applicationName: parameters.text('application_name') ?? parameters.text('fallback_application_name'),
    connectTimeoutMs: seconds === undefined ? undefined : Math.max(0, seconds) * 1000,
  };
}

function readPool(parameters: Parameters) {
  const seconds = parameters.integer('pool_timeout', 0, 600);
  return {
    schema: parameters.text('schema'),
    connectionLimit: parameters.integer('connection_limit', 1, 1000),
    poolTimeoutMs: seconds === undefined ? undefined : seconds * 1000,
    isPgBouncer: parameters.choice('pgbouncer', ['true', 'false']) === 'true',
    usesPreparedStatements: parameters.integer('statement_cache_size', 0, 100_000_000) !== 0,
  };
}

/** Names may hold any character; a message is one line. */
const oneLine = (text: string): string => text.replace(/\p{Cc}/gu, '?');

/** libpq's default for the user: the name of the process' owner. */
function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return 'postgres';
  }
}

/** Writes the address of a candidate for people: `db.example:5432`, `[::1]:5432` or the path of a socket. */
export function addressOf({ host, port }: Candidate): string {
  if (isSocket(host)) return `${host}/.s.PGSQL.${port}`;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Configures node-postgres for a candidate.
 * @throws StartError for a certificate file that cannot be used.
 */
export function clientConfigOf(settings: ConnectionSettings, { host, port, tls }: Candidate): pg.ClientConfig {
  const { user, password, database, options, applicationName, connectTimeoutMs, channelBinding, sslNegotiation } = settings;
  return {
    host,
    port,
    user,
    password,
    database,
    options,
    ssl: tls ? tlsOptions(tls) : false,
    ...(tls && { sslnegotiation: sslNegotiation, enableChannelBinding: channelBinding !== 'disable' }),
    ...(applicationName !== undefined && { application_name: applicationName }),
    ...(connectTimeoutMs !== undefined && { connectionTimeoutMillis: connectTimeoutMs }),
  };
}
