import { AppError } from '../core/errors.js';
import { withTimeout } from '../core/timeout.js';
import type { Database } from '../db/client.js';

/** The process is up. */
export interface Health {
  readonly status: 'ok';
  readonly version: string;
  readonly uptimeSeconds: number;
}

/** The database answered. */
export interface DatabaseHealth {
  readonly status: 'ok';
  readonly latencyMs: number;
}

export interface HealthService {
  process(): Health;
  /** One round trip to the database. @throws AppError `SERVICE_UNAVAILABLE` when it fails or takes 1.5 s. */
  database(): Promise<DatabaseHealth>;
}

/** After this many milliseconds without an answer the database counts as gone. */
const patienceMs = 1_500;
/** An answer serves this many milliseconds, so that nobody can hammer the database through the health check. */
const freshMs = 500;
const retryAfterSeconds = 2;

/** @param version the product's, as `package.json` has it. */
export function createHealthService(db: Database, version: string): HealthService {
  let latest: { at: number; answer: Promise<DatabaseHealth> } | undefined;

  async function roundTrip(): Promise<DatabaseHealth> {
    const started = performance.now();
    const late = () => new AppError('SERVICE_UNAVAILABLE', { retryAfterSeconds });
    try {
      await withTimeout(db.query('SELECT 1', []), patienceMs, late);
    } catch (cause) {
      throw new AppError('SERVICE_UNAVAILABLE', { message: 'The database does not answer.', retryAfterSeconds, cause });
    }
    return { status: 'ok', latencyMs: Math.round((performance.now() - started) * 1000) / 1000 };
  }

  return {
    process: () => ({ status: 'ok', version, uptimeSeconds: Math.round(process.uptime() * 10) / 10 }),
    database: () => {
      const now = performance.now();
      if (!latest || now - latest.at > freshMs) latest = { at: now, answer: roundTrip() };
      return latest.answer;
    },
  };
}
