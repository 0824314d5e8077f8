import { z } from 'zod';
import { days, duration, flag, host, origins, proxies, schemaName, wholeNumber } from './core/setting-values.js';
import { connectionUrlFaults } from './db/postgres/connection/connection-url.js';
import { type LibpqEnvironment, libpqVariables } from './db/postgres/connection/url-parameters.js';
import { linkTemplate, type MailConfig, mailConfig, sender, smtpUrl } from './mail/settings.js';
import { type RateBudgets, rateBudgets } from './rate-limits/budgets.js';
import { rateLimit } from './rate-limits/rate-limit.js';

/** The example secret of `.env.example`, which nobody may run with. */
const exampleSecret = 'replace-me-with-at-least-32-random-bytes';
const secretName = 'BETTER_AUTH_SECRET';
const placeholder = /^(change[-_]?me|secret|placeholder|replace[-_]?me|your[-_]secret)/i;

/** Settings by their names in the environment, with their defaults: the README's table and `.env.example`. */
const environment = z.object({
  DATABASE_URL: z.string().optional(),
  DATABASE_DIRECT_URL: z.string().optional(),
  DATABASE_POOL: wholeNumber(1, 1000).default(20),
  DATABASE_SCHEMA: schemaName.optional(),
  DATABASE_PREPARED: z.enum(['auto', 'on', 'off'], { error: 'must be auto, on or off' }).default('auto'),
  DATABASE_WAIT: duration.default(60_000),
  HEALTH_DB_MAX_AGE: duration.default(0),
  DATA_DIR: z.string().default('.data'),
  BETTER_AUTH_SECRET: z
    .string()
    .refine((value) => Buffer.byteLength(value.trim()) >= 32, 'must be at least 32 bytes')
    .optional(),
  JWT_EXPIRY_DAYS: days(3650).default(7),
  REFRESH_TOKEN_DAYS: days(30).default(30),
  API_HOST: host.default('0.0.0.0'),
  API_PORT: wholeNumber(0, 65535).default(8000),
  NODE_ENV: z
    .enum(['development', 'production', 'test'], { error: 'must be development, production or test' })
    .default('development'),
  EXPLORER: flag.optional(),
  DEBUG: flag.default(false),
  CORS_ORIGINS: origins.default(['http://localhost:3000']),
  TRUSTED_PROXIES: proxies.default([]),
  REQUEST_TIMEOUT_SECONDS: wholeNumber(1, 600).default(10),
  RATE_LIMIT: flag.default(true),
  RATE_USER: rateLimit.default({ points: 100, seconds: 1 }),
  RATE_ANONYMOUS: rateLimit.default({ points: 120, seconds: 60 }),
  RATE_LOGIN: rateLimit.default({ points: 10, seconds: 900 }),
  RATE_SIGNUP: rateLimit.default({ points: 60, seconds: 3600 }),
  RATE_PASSWORD_RESET: rateLimit.default({ points: 5, seconds: 3600 }),
  SMTP_URL: smtpUrl.optional(),
  MAIL_FROM: sender.optional(),
  PASSWORD_RESET_URL: linkTemplate.optional(),
  EMAIL_CONFIRMATION_URL: linkTemplate.optional(),
});

/** Everything a deployment decides. Made once, frozen, and passed as a value. */
export interface Config {
  readonly database: {
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
  };
  readonly dataDir: string;
  /** Undefined outside production when none was given: `accounts/tokens/secret.ts` then makes one and keeps it in `dataDir`. */
  readonly secret: string | undefined;
  readonly accessTtlSeconds: number;
  readonly refreshTtlSeconds: number;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly production: boolean;
  readonly explorer: boolean;
  readonly debug: boolean;
  readonly corsOrigins: readonly string[];
  readonly trustedProxies: readonly string[];
  readonly requestTimeoutMs: number;
  /** Undefined when the budgets are lifted. */
  readonly budgets: RateBudgets | undefined;
  readonly mail: MailConfig;
}

/** Lists every fault of the environment, a line each, never with the value (it may be a secret). */
export class ConfigError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'));
    this.name = 'ConfigError';
  }
}

function secretFaults(secret: string | undefined): string[] {
  const remedy = 'make one with: openssl rand -base64 48';
  if (secret === undefined) return [`BETTER_AUTH_SECRET must be set in production; ${remedy}`];
  const isPlaceholder = secret === exampleSecret || placeholder.test(secret);
  return isPlaceholder ? [`BETTER_AUTH_SECRET is a placeholder; ${remedy}`] : [];
}

const secondsPerDay = 86_400;

/**
 * Reads the settings.
 * @param env variable → text. White space around a value is dropped, save around the secret, which other programs share; an
 *   empty value counts as not set.
 * @throws ConfigError with all faults at once.
 */
export function readConfig(env: Record<string, string | undefined> = process.env): Config {
  const values = Object.entries(env).filter(([, value]) => value?.trim());
  const settings = Object.fromEntries(values.map(([name, value]) => [name, name === secretName ? value : value?.trim()]));
  const parsed = environment.safeParse(settings);
  const faults = parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
  if (settings.SMTP_URL && !settings.MAIL_FROM) faults.push('MAIL_FROM must be set with SMTP_URL: who sends the mail');
  const libpq: LibpqEnvironment = Object.fromEntries(libpqVariables.map((name) => [name, env[name]]));
  for (const name of ['DATABASE_URL', 'DATABASE_DIRECT_URL'])
    faults.push(...connectionUrlFaults(settings[name] ?? 'postgresql://', libpq).map((fault) => `${name} ${fault}`));
  if (settings.NODE_ENV === 'production') faults.push(...secretFaults(settings[secretName]));
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults);
  const e = parsed.data;
  const production = e.NODE_ENV === 'production';
  return Object.freeze({
    database: {
      url: e.DATABASE_URL,
      directUrl: e.DATABASE_DIRECT_URL,
      libpq,
      poolSize: e.DATABASE_POOL,
      schema: e.DATABASE_SCHEMA,
      prepared: e.DATABASE_PREPARED,
      waitMs: e.DATABASE_WAIT,
      healthMaxAgeMs: e.HEALTH_DB_MAX_AGE,
    },
    dataDir: e.DATA_DIR,
    secret: e.BETTER_AUTH_SECRET,
    accessTtlSeconds: Math.max(1, Math.round(e.JWT_EXPIRY_DAYS * secondsPerDay)),
    refreshTtlSeconds: Math.max(1, Math.round(e.REFRESH_TOKEN_DAYS * secondsPerDay)),
    host: e.API_HOST,
    port: e.API_PORT,
    production,
    explorer: e.EXPLORER ?? !production,
    debug: e.DEBUG,
    corsOrigins: e.CORS_ORIGINS,
    trustedProxies: e.TRUSTED_PROXIES,
    requestTimeoutMs: e.REQUEST_TIMEOUT_SECONDS * 1000,
    budgets: e.RATE_LIMIT ? rateBudgets(e) : undefined,
    mail: mailConfig(e),
  });
}
