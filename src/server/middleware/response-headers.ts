import type { Middleware } from '../request-handler.js';

// RFC 9111 §5.2.2: only the user's own cache may store personal data, and must revalidate it before each use.
const personalData = 'private, no-cache';

/** What every response carries unless it sets its own: it is inert, and no shared cache stores it. */
export const commonHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': personalData,
} as const;

/** One year. Without `includeSubDomains`: other hosts of the domain may be served over http. */
const strictTransportSecurity = 'max-age=31536000';

/**
 * Sets security headers, `X-Request-Id` and the extra headers of the operation. A page that needs more sets its own policy.
 * @param production sends `Strict-Transport-Security`, when a trusted proxy says that the client's connection is encrypted: over http
 *   the field is forbidden (RFC 6797 §7.2). Elsewhere a browser would refuse http to all ports of `localhost` for a year.
 */
export function responseHeaders(production: boolean): Middleware {
  const common = Object.entries(commonHeaders);
  return {
    after: ({ requestId, extraHeaders, setCookies, noStore, isForwardedHttps }, { headers }) => {
      for (const [name, value] of common) if (!headers.has(name)) headers.set(name, value);
      if (production && isForwardedHttps) headers.set('strict-transport-security', strictTransportSecurity);
      if (noStore) headers.set('cache-control', 'no-store');
      headers.set('x-request-id', requestId);
      for (const name in extraHeaders) headers.set(name, extraHeaders[name] as string);
      for (const line of setCookies.values()) headers.append('set-cookie', line);
    },
  };
}
