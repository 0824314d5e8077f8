import type { RequestListener, Server } from 'node:http';

/** How long requests wait while connections keep arriving, in milliseconds. */
const maxWaitMs = 500;

/** The share of time in which requests may wait: a client that connects without a pause delays others by little. */
const maxShare = 0.1;

/** A wait that is not worth its turn of the event loop, in milliseconds. */
const minWaitMs = 1;

/**
 * Accepts all pending connections before serving requests. Node accepts one connection in each turn of its event loop, and a
 * turn of a busy server serves many requests: of a thousand clients that connect at once hundreds would wait for seconds.
 * @returns a listener for the server's requests, which queues them in order while connections arrive.
 */
export function acceptBeforeServing(server: Server, serve: RequestListener): RequestListener {
  let queued: Parameters<RequestListener>[] = [];
  let waitingSince: number | undefined;
  let hasAccepted = false;
  /** How long requests may wait, at the end of the last wait. */
  let allowanceMs = maxWaitMs;
  let endedAt = performance.now();

  /** Runs at the end of a turn: when no connection arrived in it, none is pending. */
  function flushWhenQuiet(): void {
    const now = performance.now();
    const waitedMs = now - (waitingSince ?? now);
    if (hasAccepted && waitedMs < allowanceMs) {
      hasAccepted = false;
      setImmediate(flushWhenQuiet);
      return;
    }
    waitingSince = undefined;
    allowanceMs -= waitedMs;
    endedAt = now;
    const requests = queued;
    queued = [];
    for (const [request, response] of requests) serve(request, response);
  }

  server.on('connection', () => {
    hasAccepted = true;
    if (waitingSince !== undefined) return;
    const now = performance.now();
    const allowed = Math.min(maxWaitMs, allowanceMs + (now - endedAt) * maxShare);
    if (allowed < minWaitMs) return;
    allowanceMs = allowed;
    waitingSince = now;
    setImmediate(flushWhenQuiet);
  });
  return (request, response) => {
    if (waitingSince === undefined) serve(request, response);
    else queued.push([request, response]);
  };
}
