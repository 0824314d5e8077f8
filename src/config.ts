import { z } from 'zod';
import { type Budget, parseBudget } from './core/budget.js';

/** The example secret of `.env.example`, which nobody may run with. */
const exampleSecret = 'replace-me-with-at-least-32-random-bytes';
const placeholder = /^(change[-_]?me|secret|placeholder|replace[-_]?me|your[-_]secret)/i;

const flag = z
  .enum(['true', 'false', 'on', 'off', '1', '0'], { error: 'must be on or off' })
  .transform((value) => value === 'true' || value === 'on' || value === '1');

const days = z.coerce
  .number({ error: 'must be a number of days' })
  .positive('must be more than 0 days')
  .max(3650, 'must be at most 3650 days');

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be a whole number from ${min} to ${max}`);

const budget = z.string().transform((value, context): Budget => {
  const parsed = parseBudget(value);
  if (parsed) return parsed;
  context.addIssue({ code: 'custom', message: 'must be a budget such as 100/s, 120/m or 10/15m' });
  return z.NEVER;
});

const list = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

const origins = list.refine(
  (values) => values.every((value) => URL.canParse(value) && new URL(value).origin === value),
  'must be origins such as https://app.example, separated by commas',
);

/** Settings by their names in the environment, with their defaults: the README's table and `.env.example`. */
const environment = z.object({
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must start with postgresql://')
    .refine((value) => URL.canParse(value), 'is no URL')
    .optional(),
  DATABASE_POOL: wholeNumber(1, 1000).default(20),
  DATA_DIR: z.string().default('.data'),
  BETTER_AUTH_SECRET: z
    .string()
    .refine((value) => Buffer.byteLength(value) >= 32, 'must be at least 32 bytes')
    .optional(),
  JWT_EXPIRY_DAYS: days.default(7),
  REFRESH_TOKEN_DAYS: days.max(30, 'must be at most 30 days').default(30),
  API_HOST: z.string().default('0.0.0.0'),
  API_PORT: wholeNumber(0, 65535).default(8000),
  NODE_ENV: z
    .enum(['development', 'production', 'test'], { error: 'must be development, production or test' })
    .default('development'),
  EXPLORER: flag.optional(),
  DEBUG: flag.default(false),
  CORS_ORIGINS: origins.default(['http://localhost:3000']),
  TRUSTED_PROXIES: list.default([]),
  REQUEST_TIMEOUT_SECONDS: wholeNumber(1, 600).default(10),
  RATE_LIMIT: flag.default(true),
  RATE_USER: budget.default({ points: 100, seconds: 1 }),
  RATE_ANONYMOUS: budget.default({ points: 120, seconds: 60 }),
  RATE_LOGIN: budget.default({ points: 10, seconds: 900 }),
  RATE_SIGNUP: budget.default({ points: 60, seconds: 3600 }),
});

/** Everything a deployment decides. Made once, frozen, and passed as a value. */
export interface Config {
  readonly database: { readonly url: string | undefined; readonly poolSize: number };
  readonly dataDir: string;
  /** Undefined outside production when none was given: `auth/secret.ts` then makes one and keeps it in `dataDir`. */
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
  readonly budgets:
    | { readonly user: Budget; readonly anonymous: Budget; readonly login: Budget; readonly signup: Budget }
    | undefined;
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
 * @param env variable → text; an empty text counts as not set.
 * @throws ConfigError with all faults at once.
 */
export function readConfig(env: Record<string, string | undefined> = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = environment.safeParse(given);
  const faults = parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
  if (given.NODE_ENV === 'production') faults.push(...secretFaults(given.BETTER_AUTH_SECRET));
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults);
  const e = parsed.data;
  const production = e.NODE_ENV === 'production';
  return Object.freeze({
    database: { url: e.DATABASE_URL, poolSize: e.DATABASE_POOL },
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
    budgets: e.RATE_LIMIT
      ? { user: e.RATE_USER, anonymous: e.RATE_ANONYMOUS, login: e.RATE_LOGIN, signup: e.RATE_SIGNUP }
      : undefined,
  });
}
