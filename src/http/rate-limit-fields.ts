/** A rate limit with the name by which clients see it. */
export interface RateLimitPolicy {
  readonly name: string;
  readonly points: number;
  /** Length of the window. */
  readonly seconds: number;
}

/** What a client has left by a policy. */
export interface RateLimitState {
  /** The policy's name. */
  readonly name: string;
  /** Points. */
  readonly remaining: number;
  /** Time until the window ends. */
  readonly seconds: number;
}

/** The value of `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10, section 3). */
export const formatPolicies = (policies: readonly RateLimitPolicy[]): string =>
  policies.map(({ name, points, seconds }) => `"${name}";q=${points};w=${seconds}`).join(', ');

/** The value of `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10, section 4). */
export const formatState = ({ name, remaining, seconds }: RateLimitState): string => `"${name}";r=${remaining};t=${seconds}`;
