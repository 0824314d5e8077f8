const loopback = /^https?:\/\/(localhost|[\w-]+\.localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/;

/**
 * Tells which origins' pages may read responses and use cookies.
 * @param corsOrigins the configured ones.
 * @param production outside production every loopback origin may, too.
 */
export function createIsAllowedOrigin(corsOrigins: readonly string[], production: boolean): (origin: string) => boolean {
  const configured = new Set(corsOrigins);
  return (origin) => configured.has(origin) || (!production && loopback.test(origin));
}
