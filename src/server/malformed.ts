import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { AppError } from '../core/errors.js';
import { prefersProblem } from '../http/content-negotiation.js';
import type { Logger } from '../log/log.js';
import { restError } from '../rest/errors.js';
import { commonHeaders } from './middleware/response-headers.js';

/** How long a rejected connection may take to read the response, in milliseconds. */
const rejectTimeoutMs = 1_000;

const statusLines: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

const validHost = /^(\[[^\s,/\]]+\]|[^\s,/?#@[\]\\:]*)(:\d*)?$/;
const absoluteForm = /^https?:\/\/([^\s,/?#@\\]+)(?:[/?]|$)/i;

/** RFC 9112 §3.2: a path, or an absolute URL (§3.2.2), and with HTTP/1.1 one valid `Host`. */
export function isWellFormed({ url = '', headers, httpVersion }: IncomingMessage): boolean {
  const authority = absoluteForm.exec(url)?.[1];
  if (authority === undefined ? !url.startsWith('/') : !validHost.test(authority)) return false;
  return headers.host === undefined ? httpVersion === '1.0' : validHost.test(headers.host);
}

/** Answers what is not HTTP, before any middleware runs: each ends its connection, and has a line in the log. */
export interface MalformedResponder {
  respond(request: IncomingMessage, response: ServerResponse): void;
  /** Node takes its own listener off a socket that it hands over, and an error event without a listener ends the process. */
  rejectSocket(socket: Duplex, statusLine?: string): void;
  /** Node's parser failed: what it cannot read never becomes a request. */
  onClientError(error: NodeJS.ErrnoException, socket: Duplex): void;
}

/** Creates the responder. @param log gets a line for each malformed request. */
export function createMalformedResponder(log: Logger): MalformedResponder {
  function rejectSocket(socket: Duplex, statusLine = '400 Bad Request'): void {
    socket.on('error', () => socket.destroy());
    const { headers, body } = badRequestResponse();
    const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    socket.end([`HTTP/1.1 ${statusLine}`, ...fields, '', body].join('\r\n'));
    // Destroyed at once, the socket would lose the response to data that is still arriving; left alone, it could stay open for ever.
    setTimeout(() => socket.destroy(), rejectTimeoutMs).unref();
    log.info({ requestId: headers['x-request-id'], status: Number.parseInt(statusLine, 10) }, 'request.malformed');
  }
  return {
    rejectSocket,
    respond: (request, response) => {
      const { status, headers, body } = badRequestResponse(prefersProblem(request.headers.accept));
      response.writeHead(status, headers).end(body);
      log.info({ requestId: headers['x-request-id'], method: request.method, status }, 'request.malformed');
    },
    onClientError: (error, socket) => {
      // Nothing was requested on a connection that is idle from the start, such as a browser's in reserve: thousands are closed quickly.
      const isIdle = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && socket instanceof Socket && socket.bytesRead === 0;
      if (isIdle || error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
      else rejectSocket(socket, statusLines[error.code ?? '']);
    },
  };
}

function badRequestResponse(asProblem = false) {
  const requestId = randomUUID();
  const { status, headers, body } = restError(new AppError('BAD_REQUEST'), { problem: asProblem, requestId });
  const connectionHeaders = { 'content-length': String(Buffer.byteLength(body)), 'x-request-id': requestId, connection: 'close' };
  return { status, headers: { ...commonHeaders, ...headers, ...connectionHeaders }, body };
}
