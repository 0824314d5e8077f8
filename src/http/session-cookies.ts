import { formatCookie, parseCookies } from './cookies.js';
import { wantsCookies } from './csrf.js';
import type { Exchange } from './exchange.js';

/** The tokens of a sign-in. */
interface SessionTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly sessionId: string;
  /** When the session ends, in seconds since the epoch. */
  readonly endsAt: number;
}

/** The session of a browser that keeps it in cookies. */
export interface SessionCookies {
  /** Whether the client wants the tokens of a sign-in in cookies. */
  readonly isWanted: boolean;
  /** The refresh token of the request, for a client that wants cookies. */
  readonly refreshToken: string | undefined;
  /** Sends the tokens in cookies, and the CSRF token. */
  set(tokens: SessionTokens): void;
  /** Sends the CSRF token of the session that a cookie authenticates. */
  sendCsrfToken(sessionId: string): void;
  /** Deletes the cookies of a session that has ended. */
  clear(): void;
}

const csrfName = 'csrf';

/** `__Host-` keeps other hosts of the site from setting the cookies (RFC 6265bis §4.1.3.2); browsers want it over https alone. */
export const cookieNames = (isHttps: boolean) => {
  const prefix = isHttps ? '__Host-' : '';
  return { session: `${prefix}session`, refresh: `${prefix}refresh` };
};

/** @param csrfTokenOf derives the CSRF token of a session. */
export function createSessionCookies(exchange: Exchange, csrfTokenOf: (sessionId: string) => string): SessionCookies {
  const { request, isHttps, csrf } = exchange;
  const names = cookieNames(isHttps);
  const isWanted = wantsCookies(exchange);
  const setCookie = (name: string, value: string, maxAgeSeconds: number) =>
    exchange.setCookies.set(name, formatCookie({ name, value, maxAgeSeconds, isHttpOnly: name !== csrfName, isSecure: isHttps }));
  const sendToken = (token: string) => {
    exchange.extraHeaders = { ...exchange.extraHeaders, 'x-csrf-token': token };
  };
  return {
    isWanted,
    refreshToken: isWanted ? parseCookies(request.headers.get('cookie')).get(names.refresh) : undefined,
    set: ({ accessToken, refreshToken, sessionId, endsAt }) => {
      const maxAge = Math.max(0, endsAt - Math.floor(Date.now() / 1000));
      const csrfToken = csrfTokenOf(sessionId);
      // All live as long as the session: an expired access token says `expired`, so that the page knows to refresh it.
      setCookie(names.session, accessToken, maxAge);
      setCookie(names.refresh, refreshToken, maxAge);
      setCookie(csrfName, csrfToken, maxAge);
      sendToken(csrfToken);
    },
    sendCsrfToken: (sessionId) => {
      if (csrf.usesCookie) sendToken(csrfTokenOf(sessionId));
    },
    clear: () => {
      if (csrf.usesCookie) for (const name of [names.session, names.refresh, csrfName]) setCookie(name, '', 0);
    },
  };
}
