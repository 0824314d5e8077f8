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

/** Sets security headers, `X-Request-Id` and the extra headers of the operation. A page that needs more sets its own policy. */
export function responseHeaders(): Middleware {
  const common = Object.entries(commonHeaders);
  return {
    after: ({ requestId, extraHeaders, setCookies, noStore }, { headers }) => {
      for (const [name, value] of common) if (!headers.has(name)) headers.set(name, value);
      if (noStore) headers.set('cache-control', 'no-store');
      headers.set('x-request-id', requestId);
      for (const name in extraHeaders) headers.set(name, extraHeaders[name] as string);
      for (const line of setCookies.values()) headers.append('set-cookie', line);
    },
  };
}
