import { type ErrorCode, errorCatalogue } from '../../core/error-catalogue.js';
import { principalFields } from '../../core/viewer.js';
import type { Logger } from '../../log/log.js';
import type { Middleware } from '../request-handler.js';

/** Logs one line for each request. It names the path alone: a query can hold what nobody should read. */
export function accessLog(log: Logger): Middleware {
  return {
    after: ({ request, requestId, startedAt, identity, operations, errorCodes, isHead }, { status }) => {
      const line = {
        requestId,
        method: isHead ? 'HEAD' : request.method,
        path: request.path,
        operation: operations.join(' ') || undefined,
        status,
        errorCodes: errorCodes.length > 0 ? errorCodes : undefined,
        ms: Math.round((performance.now() - startedAt) * 10) / 10,
        ...(identity.kind === 'authenticated' ? principalFields(identity.viewer) : {}),
      };
      log[levelOf(status, errorCodes)](line, 'request.completed');
    },
  };
}

/** By the worst error: a GraphQL response with a field error has the status 200. */
function levelOf(status: number, codes: readonly ErrorCode[]): 'info' | 'warn' | 'error' {
  const worst = Math.max(status, ...codes.map((code) => errorCatalogue[code].status));
  if (worst < 500) return 'info';
  return worst === 500 ? 'error' : 'warn';
}
