import { randomUUID } from 'node:crypto';
import { createServer as createNodeServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, Server as SocketServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { AppError } from '../core/errors.js';
import { hostInUrl } from '../core/host.js';
import { StartError } from '../core/start-error.js';
import { restError } from '../rest/errors.js';
import { prefersProblem } from './accept.js';
import { InFlight } from './in-flight.js';
import { letInFirst } from './let-in.js';
import { commonHeaders } from './use-headers.js';

/** A server that takes requests. */
export interface Listening {
  readonly port: number;
  /** Takes no new connection, answers what is in flight, and resolves when all are closed. */
  stop(): Promise<void>;
}

const serverOptions = {
  /** A request's line and header may take this long, and its body with them this long, in milliseconds. */
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  /** How often these two are looked after: Node's own 30 s would double them. */
  connectionsCheckingInterval: 1_000,
  /** Longer than a load balancer's own patience, so that it is not us who closes under a request on its way. */
  keepAliveTimeout: 65_000,
  /** Of two `Authorization` headers Node takes the first; joined they are one that holds no token. */
  joinDuplicateHeaders: true,
  /** Node refuses without a body. */
  requireHostHeader: false,
} as const;

/**
 * Connections that may wait to be taken; the system may allow fewer (`net.core.somaxconn`). Of a thousand that come at once
 * Node's own 511 lets the others fall, and each tries again after a second, then three.
 */
const backlog = 4_096;

/** Once told to stop: how long a request that is on its way has to arrive, in milliseconds. */
const sweepMs = 100;

/** How long a refused connection may take to read why, in milliseconds. */
const lingerMs = 1_000;

/**
 * Listens for HTTP.
 * @param port 0 takes any free one.
 * @throws StartError when the address cannot be taken.
 */
export function listen(answer: RequestListener, { host, port }: { host: string; port: number }): Promise<Listening> {
  const server = createNodeServer(serverOptions);
  const inFlight = new InFlight();
  const serve = letInFirst(server, answer);
  const take: RequestListener = (request, response) => {
    if (!isWellFormed(request)) {
      const { status, headers, body } = refusal(prefersProblem(request.headers.accept));
      return response.writeHead(status, headers).end(body);
    }
    // Nothing here depends on the name that a client calls us by.
    request.headers.host = 'localhost';
    inFlight.add(response);
    if (!server.listening) response.setHeader('connection', 'close');
    return serve(request, response);
  };
  // RFC 9110 §10.1.1: the body's reader asks for it (http/use-body.ts); an expectation that nobody knows may be ignored.
  for (const event of ['request', 'checkContinue', 'checkExpectation']) server.on(event, take);
  server.on('connect', (_request, socket) => refuse(socket));
  server.on('clientError', refuseMalformed);
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(refusedAddress(error, host, port)));
    server.listen({ port, host, backlog }, () => {
      resolve({ port: (server.address() as AddressInfo).port, stop: () => stop(server, inFlight) });
    });
  });
}

/** RFC 9112 §3.2: a path, and with HTTP/1.1 one valid `Host`. */
function isWellFormed({ url, headers, httpVersion }: IncomingMessage): boolean {
  if (!url?.startsWith('/')) return false;
  return headers.host === undefined ? httpVersion === '1.0' : validHost.test(headers.host);
}

const validHost = /^(\[[^\s,/\]]+\]|[^\s,/?#@[\]\\:]*)(:\d*)?$/;

function stop(server: Server, inFlight: InFlight): Promise<void> {
  return new Promise((resolve) => {
    // A connection that was opened for nothing would keep the server from closing, and so would one that goes idle now.
    const sweep = setInterval(() => {
      if (inFlight.size === 0) server.closeAllConnections();
      else server.closeIdleConnections();
    }, sweepMs);
    // The HTTP server's own `close` (Node 19 and newer) ends idle connections at once, also under what was sent but not
    // read yet: this one only takes no more, and the sweep ends them.
    SocketServer.prototype.close.call(server, () => {
      clearInterval(sweep);
      resolve();
    });
    for (const response of inFlight) if (!response.headersSent) response.setHeader('connection', 'close');
  });
}

function refusedAddress(error: NodeJS.ErrnoException, host: string, port: number): Error {
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

/** The answer to what cannot be read as HTTP: the connection ends with it. */
function refusal(problem = false) {
  const requestId = randomUUID();
  const { status, headers, body } = restError(new AppError('BAD_REQUEST'), { problem, requestId });
  const length = String(Buffer.byteLength(body));
  const own = { 'content-length': length, 'x-request-id': requestId, connection: 'close' };
  return { status, headers: { ...commonHeaders, ...headers, ...own }, body };
}

// Node takes its own listener off a socket that it hands over, and an error that nobody hears ends the process.
function refuse(socket: Duplex, status = '400 Bad Request'): void {
  socket.on('error', () => socket.destroy());
  const { headers, body } = refusal();
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${status}`, ...fields, '', body].join('\r\n'));
  // Destroyed at once, what is still on its way to us would take the answer with it; left alone, it could stay for ever.
  setTimeout(() => socket.destroy(), lingerMs).unref();
}

// What Node's parser cannot read never becomes a request: it is answered here, and the connection ends.
function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const statuses: Record<string, string> = {
    HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
    ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  };
  refuse(socket, statuses[error.code ?? '']);
}
