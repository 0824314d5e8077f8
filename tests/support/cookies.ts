import type { Fetch } from './styles.js';

/** A `Set-Cookie` line, parsed. */
export interface SetCookie {
  readonly name: string;
  readonly value: string;
  /** The attributes, as they were sent, sorted. */
  readonly attributes: readonly string[];
}

/** The cookies that a response sets, by name. */
export function setCookiesOf(headers: Headers): ReadonlyMap<string, SetCookie> {
  const cookies = headers.getSetCookie().map((line) => {
    const [pair = '', ...attributes] = line.split('; ');
    const end = pair.indexOf('=');
    return { name: pair.slice(0, end), value: pair.slice(end + 1), attributes: attributes.sort() };
  });
  return new Map(cookies.map((cookie) => [cookie.name, cookie]));
}

/** A client that keeps cookies, as a browser does for one host. */
export class CookieJar {
  readonly #cookies = new Map<string, string>();
  readonly #fetch: Fetch;
  /** What a page sends beside: such as `origin`. */
  readonly headers: Record<string, string>;

  constructor(fetch: Fetch, headers: Record<string, string>) {
    this.#fetch = fetch;
    this.headers = { ...headers };
  }

  get(name: string): string | undefined {
    return this.#cookies.get(name);
  }

  set(name: string, value: string): void {
    this.#cookies.set(name, value);
  }

  get names(): string[] {
    return [...this.#cookies.keys()].sort();
  }

  /** Sends the cookies, and keeps those of the response. */
  readonly fetch: Fetch = async (url, init) => {
    const headers = new Headers(init?.headers);
    for (const [name, value] of Object.entries(this.headers)) headers.set(name, value);
    if (this.#cookies.size > 0) headers.set('cookie', [...this.#cookies].map((pair) => pair.join('=')).join('; '));
    const response = await this.#fetch(url, { ...init, headers });
    for (const { name, value, attributes } of setCookiesOf(response.headers).values()) {
      if (attributes.includes('Max-Age=0')) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return response;
  };
}
