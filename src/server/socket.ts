import { createServer as createNodeServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostInUrl } from '../core/host.js';
import { StartError } from '../core/start-error.js';
import type { Logger } from '../log/log.js';
import { acceptBeforeServing } from './accept-before-serving.js';
import { drain } from './drain.js';
import { InFlight } from './in-flight.js';
import type { NodeListener } from './listener.js';
import { createMalformedResponder, isWellFormed } from './malformed.js';
import { servePipelinedInOrder } from './pipelining.js';
import { UnreadResponses } from './unread-responses.js';

/** A server that accepts requests. */
export interface RunningServer {
  readonly port: number;
  /** Drains: see `drain`. */
  stop(): Promise<void>;
}

const serverOptions = {
  /** Time for a request's line and header section, and for both with the body, in milliseconds. */
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  /** How often these two are checked: Node's own 30 s would double them. */
  connectionsCheckingInterval: 1_000,
  /** Longer than a load balancer's own time-out, so that this side never closes under a request on its way. */
  keepAliveTimeout: 65_000,
  /** Of two `Authorization` fields Node takes the first; joined they hold no token. */
  joinDuplicateHeaders: true,
  /** Node rejects a missing `Host` without a body. */
  requireHostHeader: false,
} as const;

/**
 * Connections that may wait to be accepted; the system may allow fewer (`net.core.somaxconn`). Of a thousand that come at once
 * Node's own 511 drops the others, and each tries again after one second, then three.
 */
const backlog = 4_096;

/** How long a client may take to read a complete response, beyond what the system buffers, in milliseconds, and how often that is checked. */
const unreadLimits = { timeoutMs: 30_000, checkEveryMs: 1_000 };

/**
 * Listens for HTTP.
 * @param port 0 takes any free one.
 * @throws StartError when the address cannot be taken.
 */
export function listen(
  { listener, endStreams }: NodeListener,
  { host, port }: { host: string; port: number },
  log: Logger,
  { timeoutMs, checkEveryMs } = unreadLimits,
): Promise<RunningServer> {
  const server = createNodeServer(serverOptions);
  const inFlight = new InFlight();
  const malformed = createMalformedResponder(log);
  const serve = acceptBeforeServing(server, listener);
  const onRequest = servePipelinedInOrder((request, response) => {
    if (!isWellFormed(request)) return malformed.respond(request, response);
    inFlight.add(response);
    if (!server.listening) response.setHeader('connection', 'close');
    return serve(request, response);
  });
  for (const event of ['request', 'checkContinue', 'checkExpectation']) server.on(event, onRequest);
  server.on('connect', (_request, socket) => malformed.rejectSocket(socket));
  server.on('clientError', malformed.onClientError);
  const unread = new UnreadResponses(inFlight);
  const timer = setInterval(() => unread.breakOff(timeoutMs), checkEveryMs).unref();
  server.once('close', () => clearInterval(timer));
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException) => reject(addressError(error, host, port));
    server.once('error', refuse);
    server.listen({ port, host, backlog }, () => {
      server.off('error', refuse);
      // A connection that cannot be accepted (`ENOBUFS`) is not the end of the others: without a listener the process would end.
      server.on('error', (err) => log.warn({ err }, 'server.accept-failed'));
      resolve({
        port: (server.address() as AddressInfo).port,
        stop: () => {
          endStreams();
          return drain(server, inFlight);
        },
      });
    });
  });
}

function addressError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const reason = {
    EADDRINUSE: 'is taken by another process',
    EACCES: 'needs more rights',
    EADDRNOTAVAIL: 'is not an address of this machine',
    ENOTFOUND: 'is not a known host name',
  }[error.code ?? ''];
  return new StartError(`API_HOST, API_PORT: ${hostInUrl(host)}:${port} ${reason ?? `cannot be used (${error.code})`}.`, {
    cause: error,
  });
}
