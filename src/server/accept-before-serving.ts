import type { RequestListener, Server } from 'node:http';

/** How long requests wait while connections keep arriving, in milliseconds. */
const maxWaitMs = 500;

/**
 * Accepts all pending connections before serving requests. Node accepts one connection in each turn of its event loop, and a
 * turn of a busy server serves many requests: of a thousand clients that connect at once hundreds would wait for seconds.
 * @returns a listener for the server's requests, which queues them in order while connections arrive.
 */
export function acceptBeforeServing(server: Server, serve: RequestListener): RequestListener {
  let queued: Parameters<RequestListener>[] = [];
  let waitingSince: number | undefined;
  let hasAccepted = false;

  /** Runs at the end of a turn: when no connection arrived in it, none is pending. */
  function flushWhenQuiet(): void {
    if (hasAccepted && waitingSince !== undefined && performance.now() - waitingSince < maxWaitMs) {
      hasAccepted = false;
      setImmediate(flushWhenQuiet);
      return;
    }
    waitingSince = undefined;
    const requests = queued;
    queued = [];
    for (const [request, response] of requests) serve(request, response);
  }

  server.on('connection', () => {
    hasAccepted = true;
    if (waitingSince !== undefined) return;
    waitingSince = performance.now();
    setImmediate(flushWhenQuiet);
  });
  return (request, response) => {
    if (waitingSince === undefined) serve(request, response);
    else queued.push([request, response]);
  };
}
