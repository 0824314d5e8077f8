import type { Socket } from 'node:net';
import type { Plugin } from 'graphql-yoga';
import ipaddr from 'ipaddr.js';
import proxyAddr from 'proxy-addr';
import type { Caller } from '../auth/credentials.js';
import { exchangeOf, type ServerContext } from './exchange.js';

/**
 * Identify: where a request comes from. `X-Forwarded-For` counts only as far as the proxies that sent it are
 * trusted, from the right.
 * @param trustedProxies addresses or ranges such as `10.0.0.0/8`, `loopback`.
 */
export function useCaller(trustedProxies: readonly string[]): Plugin<object, ServerContext> {
  const trust = proxyAddr.compile([...trustedProxies]);
  // What no proxy speaks for is its connection's, for all of its requests.
  const connections = new WeakMap<Socket, Caller>();
  const direct = (socket: Socket): Caller => {
    const caller = connections.get(socket) ?? { address: budgetAddress(socket.remoteAddress) };
    connections.set(socket, caller);
    return caller;
  };
  return {
    onRequest: ({ request, serverContext: { req } }) => {
      if (!req) return;
      const isForwarded = req.headers['x-forwarded-for'] !== undefined;
      exchangeOf(request).caller = isForwarded ? { address: budgetAddress(proxyAddr(req, trust)) } : direct(req.socket);
    },
  };
}

/**
 * What a budget takes for one address: an IPv4 address, also when it comes mapped into IPv6; of IPv6 the /64, for one
 * household has all of it.
 */
export function budgetAddress(address: string | undefined): string {
  if (!address || !ipaddr.isValid(address)) return 'unknown';
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  const network = (parsed as ipaddr.IPv6).parts.slice(0, 4).map((part) => part.toString(16));
  return `${network.join(':')}::/64`;
}
