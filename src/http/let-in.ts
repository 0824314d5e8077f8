import type { RequestListener, Server } from 'node:http';

/** How long requests wait for connections that come without end, in milliseconds. */
const patienceMs = 500;

/**
 * Lets in the connections that wait at the door before anybody is served. Node takes one in each turn of its loop, and a
 * turn of a busy server answers many requests: of a thousand clients that come at once hundreds would wait for seconds.
 * @returns a listener for the server's requests: it holds them while connections arrive, in their order.
 */
export function letInFirst(server: Server, answer: RequestListener): RequestListener {
  let held: Parameters<RequestListener>[] = [];
  let lookingSince: number | undefined;
  let arrived = false;

  /** Runs at the end of a turn: when nobody came in it, nobody waits. */
  function look(): void {
    if (arrived && performance.now() - (lookingSince as number) < patienceMs) {
      arrived = false;
      setImmediate(look);
      return;
    }
    lookingSince = undefined;
    const due = held;
    held = [];
    for (const [request, response] of due) answer(request, response);
  }

  server.on('connection', () => {
    arrived = true;
    if (lookingSince !== undefined) return;
    lookingSince = performance.now();
    setImmediate(look);
  });
  return (request, response) => {
    if (lookingSince === undefined) answer(request, response);
    else held.push([request, response]);
  };
}
