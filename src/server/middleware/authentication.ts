import type { Identity } from '../../core/identity.js';
import type { Middleware } from '../request-handler.js';
import { isHealthCheck } from './rate-limit.js';

/** Finds out who a bearer token speaks for; see `accounts/authenticate.ts`. */
export type Authenticate = (token: string) => Promise<Identity> | Identity;

/** RFC 9110 §11.6.2: the scheme in any case, one or more spaces, the credentials. */
const bearer = /^Bearer +(\S+)$/i;

/**
 * Authenticates the request by its `Authorization` field, once, for both APIs (RFC 6750 §2.1; a token in a URL is never read).
 * Never refuses: the operation decides whether it needs a signed-in user.
 */
export function authentication(authenticate: Authenticate): Middleware {
  return {
    before: async (exchange) => {
      const { headers, path } = exchange.request;
      const field = headers.get('authorization');
      // Health checks must succeed also when no session can be looked up.
      if (field === null || isHealthCheck(path)) return undefined;
      const token = bearer.exec(field)?.[1];
      exchange.identity = token === undefined ? { kind: 'invalidToken', reason: 'invalid' } : await authenticate(token);
      return undefined;
    },
  };
}
