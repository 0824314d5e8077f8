import { AppError } from '../core/errors.js';
import { withTimeout } from '../core/timeout.js';
import type { Database } from '../db/database.js';

/** Status of the process. */
export interface Health {
  readonly status: 'ok';
  readonly version: string;
  readonly uptimeSeconds: number;
}

/** Status of the database. */
export interface DatabaseHealth {
  readonly status: 'ok';
  readonly latencyMs: number;
}

/** Health checks. */
export interface HealthService {
  process(): Health;
  /** One round trip to the database. @throws AppError `SERVICE_UNAVAILABLE` when it fails or takes 1.5 s. */
  database(): Promise<DatabaseHealth>;
}

/** The database counts as unavailable after this time without a response. */
const timeoutMs = 1_500;
/** A result is reused for this time, so that health checks cannot load the database. */
const ttlMs = 500;
const retryAfterSeconds = 2;

interface Parts {
  readonly db: Pick<Database, 'check' | 'lastSuccessAt'>;
  /** Of the product. */
  readonly version: string;
  /** For how long a statement that succeeded counts as a check, so that checks need not wake a database that sleeps, in milliseconds. */
  readonly maxAgeMs?: number;
}

/** Creates the health checks. */
export function createHealthService({ db, version, maxAgeMs = 0 }: Parts): HealthService {
  let latencyMs = 0;
  let latest: { startedAt: number; result: Promise<DatabaseHealth> } | undefined;

  async function roundTrip(): Promise<DatabaseHealth> {
    const started = performance.now();
    const onTimeout = () => new AppError('SERVICE_UNAVAILABLE', { retryAfterSeconds });
    try {
      await withTimeout(db.check(), timeoutMs, onTimeout);
    } catch (cause) {
      throw new AppError('SERVICE_UNAVAILABLE', { message: 'The database does not respond.', retryAfterSeconds, cause });
    }
    latencyMs = Math.round((performance.now() - started) * 1000) / 1000;
    return { status: 'ok', latencyMs };
  }

  return {
    process: () => ({ status: 'ok', version, uptimeSeconds: Math.round(process.uptime() * 10) / 10 }),
    database: () => {
      const now = performance.now();
      if (now - db.lastSuccessAt() < maxAgeMs) return Promise.resolve({ status: 'ok', latencyMs });
      if (!latest || now - latest.startedAt > ttlMs) latest = { startedAt: now, result: roundTrip() };
      return latest.result;
    },
  };
}
