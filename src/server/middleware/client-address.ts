import ipaddr from 'ipaddr.js';
import proxyAddr from 'proxy-addr';
import type { HttpRequest } from '../../http/request.js';
import type { Middleware } from '../request-handler.js';

/**
 * Finds the address of the client, and whether its connection is encrypted. `X-Forwarded-For` counts only as far as the proxies that
 * sent it are trusted, from the right; `X-Forwarded-Proto` counts from a trusted proxy.
 * @param trustedProxies addresses or ranges such as `10.0.0.0/8`, `loopback`.
 * @param production assumes https: this server does not speak it itself.
 */
export function clientAddress(trustedProxies: readonly string[], production: boolean): Middleware {
  const isTrusted = proxyAddr.compile([...trustedProxies]);
  return {
    before: (exchange) => {
      exchange.isForwardedHttps = isForwardedHttps(exchange.request, isTrusted);
      exchange.isHttps = production || exchange.isForwardedHttps;
      exchange.client = { ...exchange.client, address: rateLimitKey(addressOf(exchange.request, isTrusted)) };
      return undefined;
    },
  };
}

function isForwardedHttps(
  { remoteAddress, headers }: HttpRequest,
  isTrusted: (address: string, hop: number) => boolean,
): boolean {
  const [scheme] = headers.get('x-forwarded-proto')?.split(',') ?? [];
  return scheme?.trim().toLowerCase() === 'https' && remoteAddress !== undefined && isTrusted(remoteAddress, 0);
}

/** The first address, from the connection on, that is not a trusted proxy's; the last one when all are trusted. */
function addressOf({ remoteAddress, headers }: HttpRequest, isTrusted: (address: string, hop: number) => boolean) {
  const forwarded = headers.get('x-forwarded-for');
  if (forwarded === null || remoteAddress === undefined) return remoteAddress;
  const hops = [remoteAddress, ...forwarded.split(',').reverse()].map((hop) => hop.trim());
  return hops.find((hop, index) => !isTrusted(hop, index)) ?? hops.at(-1);
}

/**
 * The key of one client in rate limits: an IPv4 address, also when it is mapped into IPv6; of IPv6 the /64 network, since one
 * household has all of it.
 */
export function rateLimitKey(address: string | undefined): string {
  if (!address || !ipaddr.isValid(address)) return 'unknown';
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv4) return parsed.toString();
  const network = parsed.parts.slice(0, 4).map((part) => part.toString(16));
  return `${network.join(':')}::/64`;
}
