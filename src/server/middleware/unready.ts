import { AppError } from '../../core/errors.js';
import { isLivenessCheck } from '../health-paths.js';
import type { Middleware } from '../request-handler.js';

/** Seconds after which a client may try again while the database is not there yet. */
const retryAfterSeconds = 2;

/**
 * Refuses everything but `/health` until the database can be used: a process that waits for it is alive, and not ready. CORS
 * preflights are answered: without them a browser's script cannot read the refusal.
 * @param ready resolves when it can.
 */
export function unready(ready: Promise<void>): Middleware {
  let isReady = false;
  ready.then(
    () => {
      isReady = true;
    },
    // The process ends.
    () => {},
  );
  return {
    before: ({ request }) => {
      if (isReady || isLivenessCheck(request.path) || request.method === 'OPTIONS') return undefined;
      throw new AppError('SERVICE_UNAVAILABLE', { message: 'The database is not available yet.', retryAfterSeconds });
    },
  };
}
