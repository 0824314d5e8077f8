import { AppError } from './errors.js';
import type { Principal, Viewer } from './viewer.js';

/** Why a token was refused; clients see it as `details.reason`. */
export type InvalidTokenReason = 'invalid' | 'expired' | 'revoked';

/** Who sends a request, as far as its credentials tell. */
export type Identity =
  /** No credentials were sent. */
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'invalidToken'; readonly reason: InvalidTokenReason }
  /**
   * The session could not be looked up, or the keys of the token's issuer could not be fetched. `userId` is the user whom a token
   * names whose signature was verified.
   */
  | { readonly kind: 'unavailable'; readonly userId?: string | undefined; readonly cause: unknown }
  | { readonly kind: 'authenticated'; readonly viewer: Principal };

/**
 * The error of an operation that needs a signed-in user. RFC 6750 §3.1: the challenge names an error only when the request
 * carried a token.
 * @param reason why there is no such user, `missing` when the request carried no token.
 */
export const unauthenticated = (reason: InvalidTokenReason | 'missing'): AppError =>
  new AppError('UNAUTHENTICATED', {
    details: { reason },
    ...(reason === 'missing' ? {} : { challenge: 'Bearer error="invalid_token"' }),
  });

/**
 * The error of a request with a personal API token that may not do this. RFC 6750 §3.1: the challenge names the missing scope.
 * @param scope the scope that is missing; undefined for what needs a session.
 */
export const insufficientScope = (scope?: string): AppError =>
  new AppError('FORBIDDEN', {
    message: scope === undefined ? 'Personal API tokens cannot do this: sign in.' : `This token lacks the scope ${scope}.`,
    details: scope === undefined ? {} : { scope },
    challenge: `Bearer error="insufficient_scope"${scope === undefined ? '' : `, scope="${scope}"`}`,
  });

/** @returns the viewer when a session signs in. @throws AppError `FORBIDDEN` for a personal API token. */
export function requireSession(viewer: Principal): Viewer {
  if ('sessionId' in viewer) return viewer;
  throw insufficientScope();
}
