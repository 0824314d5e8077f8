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
