import type { Viewer } from '../../core/viewer.js';
import type { User } from '../../generated/prisma/client.js';
import type { Tokens } from '../tokens/tokens.js';

/** The result of signing in. */
export interface AuthPayload {
  readonly accessToken: string;
  readonly tokenType: 'Bearer';
  /** What is left of the life of the access token, in seconds: less than all of it when a sign-in is repeated. */
  readonly expiresIn: number;
  readonly refreshToken: string;
  readonly sessionId: string;
  /** When the session ends, in seconds since the epoch. */
  readonly endsAt: number;
  readonly user: User;
}

/** A sign-in as it is stored with an idempotency key: both tokens are derived from it, and are stored nowhere. */
export interface SignIn {
  readonly viewer: Viewer;
  /** In seconds since the epoch. */
  readonly issuedAt: number;
  /** When the session ends, in seconds since the epoch; absent in what an earlier version stored. */
  readonly endsAt?: number;
  readonly user: User;
}

/** In seconds since the epoch. */
export const nowSeconds = (): number => Math.floor(Date.now() / 1000);

/** When the access token of a sign-in expires: never after its session ends. */
export const expiresAt = ({ accessTtlSeconds }: Tokens, { issuedAt, endsAt = Number.POSITIVE_INFINITY }: SignIn): number =>
  Math.min(issuedAt + accessTtlSeconds, endsAt);

/** The tokens of a sign-in. @param refreshToken the session's first one when absent. */
export function payloadOf(tokens: Tokens, signIn: SignIn, refreshToken?: string): AuthPayload {
  const { viewer, issuedAt, endsAt, user } = signIn;
  const expiry = expiresAt(tokens, signIn);
  return {
    accessToken: tokens.signAccess(viewer, issuedAt, expiry),
    tokenType: 'Bearer',
    expiresIn: Math.max(0, expiry - nowSeconds()),
    refreshToken: refreshToken ?? tokens.initialRefreshToken(viewer.sessionId),
    sessionId: viewer.sessionId,
    endsAt: endsAt ?? expiry,
    user,
  };
}
