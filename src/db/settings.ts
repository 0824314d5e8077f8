import { connectionUrlFaults } from './postgres/connection/connection-url.js';
import { type LibpqEnvironment, libpqVariables } from './postgres/connection/url-parameters.js';

/** What a deployment decides about its database. */
export interface DatabaseConfig {
  /** Undefined for the embedded database. */
  readonly url: string | undefined;
  /** For migrations; `url` when undefined. */
  readonly directUrl: string | undefined;
  /** What the URLs leave open. */
  readonly libpq: LibpqEnvironment;
  readonly poolSize: number;
  /** Undefined for the first schema of the role's search_path. */
  readonly schema: string | undefined;
  readonly prepared: 'auto' | 'on' | 'off';
  /** How long a start waits for a database that is out of reach, in milliseconds. */
  readonly waitMs: number;
  /** For how long a statement that succeeded counts as a health check, in milliseconds. */
  readonly healthMaxAgeMs: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The variables that complete a connection URL, as libpq reads them. */
export const libpqEnvironment = (env: Environment): LibpqEnvironment =>
  Object.fromEntries(libpqVariables.map((name) => [name, env[name]]));

/** What is wrong with the connection URLs among the settings, each fault with its setting. */
export const databaseUrlFaults = (settings: Environment, libpq: LibpqEnvironment): string[] =>
  ['DATABASE_URL', 'DATABASE_DIRECT_URL'].flatMap((name) =>
    connectionUrlFaults(settings[name] ?? 'postgresql://', libpq).map((fault) => `${name} ${fault}`),
  );

interface DatabaseSettings {
  readonly DATABASE_URL?: string | undefined;
  readonly DATABASE_DIRECT_URL?: string | undefined;
  readonly DATABASE_POOL: number;
  readonly DATABASE_SCHEMA?: string | undefined;
  readonly DATABASE_PREPARED: 'auto' | 'on' | 'off';
  readonly DATABASE_WAIT: number;
  readonly HEALTH_DB_MAX_AGE: number;
}

/** @returns what the settings say of the database. */
export const databaseConfig = (e: DatabaseSettings, libpq: LibpqEnvironment): DatabaseConfig => ({
  url: e.DATABASE_URL,
  directUrl: e.DATABASE_DIRECT_URL,
  libpq,
  poolSize: e.DATABASE_POOL,
  schema: e.DATABASE_SCHEMA,
  prepared: e.DATABASE_PREPARED,
  waitMs: e.DATABASE_WAIT,
  healthMaxAgeMs: e.HEALTH_DB_MAX_AGE,
});
