import { z } from 'zod';
import { httpUrl, issuer, issuers, jwksFaults, type TrustedIssuers, trustedIssuers } from './core/settings/issuers.js';
import { productionSecretFaults, secret, versionedSecrets } from './core/settings/secrets.js';
import { days, duration, flag, host, origins, proxies, schemaName, wholeNumber } from './core/settings/values.js';
import { type DatabaseConfig, databaseConfig, databaseUrlFaults, libpqEnvironment } from './db/settings.js';
import { linkTemplate, type MailConfig, mailConfig, sender, smtpUrl } from './mail/settings.js';
import { rateLimit } from './rate-limits/rate-limit.js';
import { redisUrl } from './rate-limits/redis.js';
import { type RateLimitSettings, rateLimitSettings } from './rate-limits/settings.js';

const secretName = 'BETTER_AUTH_SECRET';

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
  BETTER_AUTH_SECRET: secret.optional(),
  BETTER_AUTH_SECRETS: versionedSecrets.optional(),
  AUTH_JWKS_URL: httpUrl.optional(),
  AUTH_ISSUER: issuer.optional(),
  AUTH_AUDIENCE: z.string().optional(),
  AUTH_HS256_ISSUERS: issuers.default([]),
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
  OVERLOAD_DELAY: duration.default(1_000),
  RATE_LIMIT: flag.default(true),
  RATE_USER: rateLimit.default({ points: 100, seconds: 1 }),
  RATE_ANONYMOUS: rateLimit.default({ points: 120, seconds: 60 }),
  RATE_LOGIN: rateLimit.default({ points: 10, seconds: 900 }),
  RATE_REFRESH: rateLimit.default({ points: 120, seconds: 60 }),
  RATE_SIGNUP: rateLimit.default({ points: 60, seconds: 3600 }),
  RATE_PASSWORD_RESET: rateLimit.default({ points: 5, seconds: 3600 }),
  REDIS_URL: redisUrl.optional(),
  SMTP_URL: smtpUrl.optional(),
  MAIL_FROM: sender.optional(),
  PASSWORD_RESET_URL: linkTemplate.optional(),
  EMAIL_CONFIRMATION_URL: linkTemplate.optional(),
});

/** Everything a deployment decides. Made once, frozen, and passed as a value. */
export interface Config {
  readonly database: DatabaseConfig;
  readonly dataDir: string;
  /**
   * The first signs, all verify. Empty outside production when none was given: `accounts/tokens/secret.ts` then makes one and
   * keeps it in `dataDir`.
   */
  readonly secrets: readonly string[];
  readonly issuers: TrustedIssuers;
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
  /** Longest event-loop delay, and wait for a database connection, before requests are refused, in milliseconds; 0 for none. */
  readonly overloadDelayMs: number;
  /** Undefined when rate limiting is disabled. */
  readonly rateLimits: RateLimitSettings | undefined;
  /** Undefined when the counters of rate limits are in memory. */
  readonly redisUrl: string | undefined;
  readonly mail: MailConfig;
}

/** Lists every fault of the environment, a line each, never with the value (it may be a secret). */
export class ConfigError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'));
    this.name = 'ConfigError';
  }
}

const secondsPerDay = 86_400;

/** What is wrong with settings that depend on others. */
function combinedFaults(settings: Record<string, string | undefined>): string[] {
  const faults: string[] = [];
  if (settings.SMTP_URL && !settings.MAIL_FROM) faults.push('MAIL_FROM must be set with SMTP_URL: who sends the mail');
  if (settings.NODE_ENV === 'production') {
    faults.push(...productionSecretFaults(settings[secretName], settings.BETTER_AUTH_SECRETS));
    faults.push(...jwksFaults(settings.AUTH_JWKS_URL));
  }
  if (settings.AUTH_ISSUER && !settings.AUTH_JWKS_URL) faults.push('AUTH_ISSUER needs AUTH_JWKS_URL');
  return faults;
}

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
  const libpq = libpqEnvironment(env);
  faults.push(...databaseUrlFaults(settings, libpq), ...combinedFaults(settings));
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults);
  const e = parsed.data;
  const production = e.NODE_ENV === 'production';
  return Object.freeze({
    database: databaseConfig(e, libpq),
    dataDir: e.DATA_DIR,
    secrets: [
      ...new Set([...(e.BETTER_AUTH_SECRETS ?? []), ...(e.BETTER_AUTH_SECRET === undefined ? [] : [e.BETTER_AUTH_SECRET])]),
    ],
    issuers: trustedIssuers(e),
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
    overloadDelayMs: e.OVERLOAD_DELAY,
    rateLimits: e.RATE_LIMIT ? rateLimitSettings(e) : undefined,
    redisUrl: e.RATE_LIMIT ? e.REDIS_URL : undefined,
    mail: mailConfig(e),
  });
}
