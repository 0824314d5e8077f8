import type { Viewer } from './viewer.js';

/**
 * What is known of who asks: nobody; somebody whose token does not hold; somebody whose session could not be looked
 * up; or a signed-in person.
 */
export type Identity =
  | { readonly kind: 'anonymous' | 'rejected' }
  | { readonly kind: 'unknown'; readonly cause: unknown }
  | { readonly kind: 'viewer'; readonly viewer: Viewer };
