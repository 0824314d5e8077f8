import type { Server, ServerResponse } from 'node:http';
import { Server as SocketServer } from 'node:net';
import type { InFlight } from './in-flight.js';
import { UnreadResponses } from './unread-responses.js';

/** How often a draining server looks at its connections, in milliseconds: requests on their way have this long to arrive. */
const intervalMs = 100;

/** How long a draining server waits for the rest of a request that it has read in part, in milliseconds. */
const uploadTimeoutMs = 1_000;

/** How long a client may take to read a complete response, in milliseconds. What the system has buffered it gets even later. */
const readTimeoutMs = 2_000;

/**
 * Drains a server: it accepts no new connection and finishes what is in flight. A client can delay the end only for so long: a
 * request whose body stalls fails (its message emits `timeout`), a response that nobody reads is broken off.
 * @returns when all connections are closed.
 */
export function drain(server: Server, inFlight: InFlight): Promise<void> {
  const startedAt = performance.now();
  const unread = new UnreadResponses(inFlight);

  function failUpload({ req, writableEnded }: ServerResponse): void {
    // Node's own event for a message that does not arrive in time.
    if (!writableEnded && !req.complete && performance.now() - startedAt > uploadTimeoutMs) req.emit('timeout');
  }

  return new Promise((resolve) => {
    // A connection without a request would keep the server from closing, and so would one that becomes idle now.
    const timer = setInterval(() => {
      for (const response of [...inFlight]) failUpload(response);
      unread.breakOff(readTimeoutMs);
      if (inFlight.size === 0) server.closeAllConnections();
      else server.closeIdleConnections();
    }, intervalMs);
    // The HTTP server's own `close` (Node 19 and newer) ends idle connections at once, also under a request that was sent but
    // not read yet: this one only stops accepting, and the timer ends the connections.
    SocketServer.prototype.close.call(server, () => {
      clearInterval(timer);
      resolve();
    });
    for (const response of inFlight) if (!response.headersSent) response.setHeader('connection', 'close');
  });
}
