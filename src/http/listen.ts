import { createServer as createNodeServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { AppError } from '../core/errors.js';
import { StartError } from '../core/start-error.js';

/** A server that takes requests. */
export interface Listening {
  readonly port: number;
  /** Takes no new connection, answers what is in flight, and resolves when all are closed. */
  stop(): Promise<void>;
}

type RequestListener = (request: IncomingMessage, response: ServerResponse) => unknown;

/** A request's line and header may take this long, and its body with them this long, in milliseconds. */
const headersTimeout = 10_000;
const requestTimeout = 15_000;
/** Longer than a load balancer's own patience, so that it is not us who closes under a request on its way. */
const keepAliveTimeout = 65_000;

/**
 * Listens for HTTP.
 * @param port 0 takes any free one.
 * @throws StartError when the address cannot be taken.
 */
export function listen(answer: RequestListener, { host, port }: { host: string; port: number }): Promise<Listening> {
  const server = createNodeServer({ headersTimeout, requestTimeout, keepAliveTimeout }, (request, response) => {
    if (!request.url?.startsWith('/')) return sendRaw(response, new AppError('BAD_REQUEST'));
    // Nothing here depends on the name that a client calls us by, and a malformed one must not get any further.
    request.headers.host = 'localhost';
    if (!server.listening) response.setHeader('connection', 'close');
    return answer(request, response);
  });
  server.on('clientError', refuseMalformed);
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(refusedAddress(error, host, port)));
    server.listen(port, host, () => {
      resolve({ port: (server.address() as AddressInfo).port, stop: () => stop(server) });
    });
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}

function refusedAddress(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const reason = {
    EADDRINUSE: 'is taken by another process',
    EACCES: 'needs more rights',
    EADDRNOTAVAIL: 'is not an address of this machine',
  }[error.code ?? ''];
  return new StartError(`API_HOST, API_PORT: ${host}:${port} ${reason ?? `cannot be used (${error.code})`}.`, { cause: error });
}

const bodyOf = ({ code, message, details }: AppError): string => JSON.stringify({ error_code: code, message, details });

function sendRaw(response: ServerResponse, error: AppError): void {
  response.writeHead(error.status, { 'content-type': 'application/json; charset=utf-8', connection: 'close' });
  response.end(bodyOf(error));
}

// What Node's parser cannot read never becomes a request: it is answered here, and the connection ends.
function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const statusLine = {
    HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
    ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  }[error.code ?? ''];
  const body = bodyOf(new AppError('BAD_REQUEST'));
  socket.end(
    `HTTP/1.1 ${statusLine ?? '400 Bad Request'}\r\ncontent-type: application/json; charset=utf-8\r\nx-content-type-options: nosniff\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
