import type { RateLimit } from './rate-limit.js';

/** The rate limits of a deployment. */
export type RateLimitSettings = Readonly<
  Record<'user' | 'anonymous' | 'login' | 'refresh' | 'signup' | 'passwordReset', RateLimit>
>;

type RateSetting = 'RATE_USER' | 'RATE_ANONYMOUS' | 'RATE_LOGIN' | 'RATE_REFRESH' | 'RATE_SIGNUP' | 'RATE_PASSWORD_RESET';

/** Groups the settings of rate limits. @param e by their names in the environment. */
export const rateLimitSettings = (e: Readonly<Record<RateSetting, RateLimit>>): RateLimitSettings => ({
  user: e.RATE_USER,
  anonymous: e.RATE_ANONYMOUS,
  login: e.RATE_LOGIN,
  refresh: e.RATE_REFRESH,
  signup: e.RATE_SIGNUP,
  passwordReset: e.RATE_PASSWORD_RESET,
});
