import { AppError } from '../../core/errors.js';
import { isHealthCheck } from '../health-paths.js';
import type { Overload } from '../overload.js';
import type { Middleware } from '../request-handler.js';

/** The overload is judged twice a second: a second later the answer may differ. */
const retryAfterSeconds = 1;

/**
 * Refuses new requests while the process is overloaded, before anything is spent on them; those in progress go on. Health
 * checks are answered, and CORS preflights, without which a browser's script cannot read the refusal.
 */
export function loadShedding(overload: Overload): Middleware {
  return {
    before: ({ request }) => {
      if (!overload.isOverloaded || isHealthCheck(request.path) || request.method === 'OPTIONS') return undefined;
      overload.countRejected();
      throw new AppError('SERVICE_UNAVAILABLE', { message: 'The server is overloaded.', retryAfterSeconds });
    },
  };
}
