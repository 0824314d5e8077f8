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

/** Creates the health checks. @param version of the product. */
export function createHealthService(db: Database, version: string): HealthService {
  let latest: { startedAt: number; result: Promise<DatabaseHealth> } | undefined;

  async function roundTrip(): Promise<DatabaseHealth> {
    const started = performance.now();
    const onTimeout = () => new AppError('SERVICE_UNAVAILABLE', { retryAfterSeconds });
    try {
      await withTimeout(db.query('SELECT 1', []), timeoutMs, onTimeout);
    } catch (cause) {
      throw new AppError('SERVICE_UNAVAILABLE', { message: 'The database does not answer.', retryAfterSeconds, cause });
    }
    return { status: 'ok', latencyMs: Math.round((performance.now() - started) * 1000) / 1000 };
  }

  return {
    process: () => ({ status: 'ok', version, uptimeSeconds: Math.round(process.uptime() * 10) / 10 }),
    database: () => {
      const now = performance.now();
      if (!latest || now - latest.startedAt > ttlMs) latest = { startedAt: now, result: roundTrip() };
      return latest.result;
    },
  };
}
