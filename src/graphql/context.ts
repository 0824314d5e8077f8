import type { Caller } from '../auth/credentials.js';
import type { AuthService } from '../auth/service.js';
import { AppError } from '../core/errors.js';
import { type IdempotencyKey, parseIdempotencyKey } from '../core/idempotency-key.js';
import type { Identity } from '../core/identity.js';
import type { Viewer } from '../core/viewer.js';
import type { PrismaClient } from '../generated/prisma/client.js';
import type { HealthService } from '../health/service.js';
import type { TaskService } from '../tasks/service.js';
import type { UserService } from '../users/service.js';

/** What the operations stand on. Made once, in `app.ts`. */
export interface Services {
  readonly auth: AuthService;
  readonly users: UserService;
  readonly tasks: TaskService;
  readonly health: HealthService;
}

/** What every resolver gets, in either style. */
export interface Context {
  readonly identity: Identity;
  readonly caller: Caller;
  /** The request's `Idempotency-Key`, as it came, and how many writes have used it. */
  readonly idempotency: { readonly field: string | null; writes: number };
  readonly services: Services;
  /** For Pothos, when a relation is to be loaded; resolvers call services. */
  readonly prisma: PrismaClient;
}

/**
 * Tells who asks, or why nobody does.
 * @throws AppError `UNAUTHENTICATED`; `SERVICE_UNAVAILABLE` or `TIMEOUT` when the session could not be looked up.
 */
export function viewerOf({ identity }: Pick<Context, 'identity'>): Viewer {
  if (identity.kind === 'viewer') return identity.viewer;
  if (identity.kind === 'unknown') {
    const { cause } = identity;
    throw cause instanceof AppError ? cause : new AppError('SERVICE_UNAVAILABLE', { cause, retryAfterSeconds: 2 });
  }
  throw new AppError('UNAUTHENTICATED');
}

/**
 * Names the write that a mutation's resolver is about to make. To be called once for each, and in their order.
 * @returns undefined when the client gave no key.
 * @throws AppError `BAD_REQUEST` when it is no key.
 */
export function idempotencyKeyOf({ idempotency }: Pick<Context, 'idempotency'>): IdempotencyKey | undefined {
  if (idempotency.field === null) return undefined;
  return { key: parseIdempotencyKey(idempotency.field), part: idempotency.writes++ };
}
