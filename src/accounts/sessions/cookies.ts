import { formatCookie, parseCookies } from '../../http/cookies.js';
import { wantsCookies } from '../../http/csrf.js';
import type { Exchange } from '../../http/exchange.js';

/** The tokens of a sign-in. */
interface SessionTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly sessionId: string;
  /** When the session ends, in seconds since the epoch. */
  readonly endsAt: number;
}

/** Derives the CSRF tokens of a session: the first is sent, all are accepted. */
export type CsrfTokensOf = (sessionId: string) => readonly [string, ...string[]];

const csrfName = 'csrf';

/** `__Host-` keeps other hosts of the site from setting the cookies (RFC 6265bis §4.1.3.2); browsers want it over https alone. */
export const cookieNames = (isHttps: boolean) => {
  const prefix = isHttps ? '__Host-' : '';
  return { session: `${prefix}session`, refresh: `${prefix}refresh` };
};

/** The session of a browser that keeps it in cookies. One for each request: it reads nothing before it is used. */
export class SessionCookies {
  readonly #exchange: Exchange;
  readonly #csrfTokensOf: CsrfTokensOf;

  constructor(exchange: Exchange, csrfTokensOf: CsrfTokensOf) {
    this.#exchange = exchange;
    this.#csrfTokensOf = csrfTokensOf;
  }

  /** Whether the client wants the tokens of a sign-in in cookies. */
  get isWanted(): boolean {
    return wantsCookies(this.#exchange);
  }

  /** The refresh token of the request, for a client that wants cookies. */
  get refreshToken(): string | undefined {
    return this.isWanted ? parseCookies(this.#exchange.request.headers.get('cookie')).get(this.#names.refresh) : undefined;
  }

  /** Sends the tokens in cookies, and the CSRF token. */
  set({ accessToken, refreshToken, sessionId, endsAt }: SessionTokens): void {
    const maxAge = Math.max(0, endsAt - Math.floor(Date.now() / 1000));
    const [csrfToken] = this.#csrfTokensOf(sessionId);
    // All live as long as the session: an expired access token says `expired`, so that the page knows to refresh it.
    this.#setCookie(this.#names.session, accessToken, maxAge);
    this.#setCookie(this.#names.refresh, refreshToken, maxAge);
    this.#setCookie(csrfName, csrfToken, maxAge);
    this.#sendCsrfToken(csrfToken);
  }

  /** Sends the CSRF token of the session that a cookie authenticates. */
  sendCsrfToken(sessionId: string): void {
    if (this.#exchange.csrf.usesCookie) this.#sendCsrfToken(this.#csrfTokensOf(sessionId)[0]);
  }

  /** Deletes the cookies of a session that has ended. */
  clear(): void {
    if (!this.#exchange.csrf.usesCookie) return;
    for (const name of [this.#names.session, this.#names.refresh, csrfName]) this.#setCookie(name, '', 0);
  }

  get #names() {
    return cookieNames(this.#exchange.isHttps);
  }

  #setCookie(name: string, value: string, maxAgeSeconds: number): void {
    const { setCookies, isHttps } = this.#exchange;
    const line = formatCookie({ name, value, maxAgeSeconds, isHttpOnly: name !== csrfName, isSecure: isHttps });
    this.#exchange.setCookies = new Map([...setCookies, [name, line]]);
  }

  #sendCsrfToken(token: string): void {
    this.#exchange.extraHeaders = { ...this.#exchange.extraHeaders, 'x-csrf-token': token };
  }
}
