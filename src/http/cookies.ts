/** A cookie to be set (RFC 6265 §4.1). */
interface Cookie {
  readonly name: string;
  /** Of characters that need no encoding. */
  readonly value: string;
  /** 0 deletes the cookie. */
  readonly maxAgeSeconds: number;
  /** Whether scripts cannot read it. */
  readonly isHttpOnly: boolean;
  /** Whether it is sent over https alone. */
  readonly isSecure: boolean;
}

/**
 * Parses `Cookie` (RFC 6265 §5.4). Of several cookies with one name the first counts: browsers send that of the longest path first.
 * @param field null when the request has none.
 */
export function parseCookies(field: string | null): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>();
  for (const pair of field?.split(';') ?? []) {
    const end = pair.indexOf('=');
    const name = pair.slice(0, end).trim();
    if (end > 0 && !cookies.has(name)) cookies.set(name, pair.slice(end + 1).trim());
  }
  return cookies;
}

/** Formats a `Set-Cookie` line, for the whole host, and for requests of the same site and navigations to it. */
export const formatCookie = ({ name, value, maxAgeSeconds, isHttpOnly, isSecure }: Cookie): string =>
  [
    `${name}=${value}`,
    'Path=/',
    `Max-Age=${maxAgeSeconds}`,
    'SameSite=Lax',
    ...(isHttpOnly ? ['HttpOnly'] : []),
    ...(isSecure ? ['Secure'] : []),
  ].join('; ');
