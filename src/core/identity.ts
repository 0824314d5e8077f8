import { AppError } from './errors.js';
import type { Viewer } from './viewer.js';

/** Why a token was refused; clients see it as `details.reason`. */
export type InvalidTokenReason = 'invalid' | 'expired' | 'revoked';

/** Who sends a request, as far as its credentials tell. */
export type Identity =
  /** No credentials were sent. */
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'invalidToken'; readonly reason: InvalidTokenReason }
  /** The session could not be looked up. */
  | { readonly kind: 'unavailable'; readonly cause: unknown }
  | { readonly kind: 'authenticated'; readonly viewer: Viewer };

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
