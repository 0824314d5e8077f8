import type { ApiTokenService } from '../accounts/api-tokens/service.js';
import type { EmailChangeService } from '../accounts/recovery/email-change.js';
import type { RecoveryService } from '../accounts/recovery/service.js';
import type { SessionCookies } from '../accounts/sessions/cookies.js';
import type { SessionService } from '../accounts/sessions/service.js';
import type { AuthService } from '../accounts/sign-in/service.js';
import type { UserService } from '../accounts/users/service.js';
import { AppError } from '../core/errors.js';
import { type Identity, unauthenticated } from '../core/identity.js';
import type { ClientInfo, IdempotencyKey, RequestContext, SignedInContext } from '../core/request-context.js';
import type { Principal } from '../core/viewer.js';
import type { PrismaClient } from '../generated/prisma/client.js';
import type { HealthService } from '../health/service.js';
import { parseIdempotencyKey } from '../idempotency/key.js';
import type { TaskService } from '../tasks/service.js';

/** The services of every noun, created once in `services.ts`. */
export interface Services {
  readonly apiTokens: ApiTokenService;
  readonly auth: AuthService;
  readonly sessions: SessionService;
  readonly recovery: RecoveryService;
  readonly emailChanges: EmailChangeService;
  readonly users: UserService;
  readonly tasks: TaskService;
  readonly health: HealthService;
}

/** What every resolver gets, in GraphQL and in REST: one object for each request. */
export interface Context {
  readonly identity: Identity;
  readonly client: ClientInfo;
  /** The request's `Idempotency-Key` as it came, and the number of mutations that have used it. */
  readonly idempotency: { readonly field: string | null; writes: number };
  /** The session of a browser that keeps it in cookies. */
  readonly cookies: SessionCookies;
  readonly services: Services;
  /** For Pothos, when a relation is to be loaded; resolvers call services. */
  readonly prisma: PrismaClient;
  /** See `RequestContext`. */
  readonly memo: Map<object, unknown>;
  readonly signal?: (() => AbortSignal) | undefined;
}

/**
 * The signed-in user.
 * @throws AppError `UNAUTHENTICATED`; `SERVICE_UNAVAILABLE` or `TIMEOUT` when the session could not be looked up.
 */
export function viewerOf({ identity }: Pick<Context, 'identity'>): Principal {
  if (identity.kind === 'authenticated') return identity.viewer;
  if (identity.kind === 'unavailable') {
    const { cause } = identity;
    throw cause instanceof AppError ? cause : new AppError('SERVICE_UNAVAILABLE', { cause, retryAfterSeconds: 2 });
  }
  throw unauthenticated(identity.kind === 'invalidToken' ? identity.reason : 'missing');
}

/**
 * The context of a read, for a service.
 * @throws AppError as `viewerOf`
 */
export const signedIn = (context: Context): SignedInContext => ({
  client: context.client,
  idempotencyKey: undefined,
  memo: context.memo,
  signal: context.signal,
  viewer: viewerOf(context),
});

/**
 * The context of a write by a signed-in user, for a service: takes the request's idempotency key. Each mutation calls it once.
 * @throws AppError as `viewerOf`; `BAD_REQUEST` when the key is malformed.
 */
export const signedInWrite = (context: Context): SignedInContext => ({
  ...signedIn(context),
  idempotencyKey: idempotencyKeyOf(context),
});

/** The context of a public write, for a service. @throws AppError `BAD_REQUEST` when the idempotency key is malformed. */
export const publicWrite = (context: Context): RequestContext => ({
  client: context.client,
  idempotencyKey: idempotencyKeyOf(context),
  memo: context.memo,
});

/** The key of the next mutation of a request. @returns undefined when the client sent none. */
function idempotencyKeyOf({ idempotency }: Context): IdempotencyKey | undefined {
  if (idempotency.field === null) return undefined;
  return { key: parseIdempotencyKey(idempotency.field), part: idempotency.writes++ };
}
