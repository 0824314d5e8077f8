import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Serves the pipelined requests of a connection one at a time (RFC 9112 §9.3.2), and reads no more of them while some wait. Node
 * starts all that it has parsed at once, and parses on: one connection could have thousands of requests in progress.
 */
export function servePipelinedInOrder(serve: RequestListener): RequestListener {
  const pausedBy = new WeakMap<Socket, PausedSocket>();
  return (request, response) => {
    // Node assigns the socket to a response once the one before it is finished.
    if (response.socket) return serve(request, response);
    const { socket } = request;
    const paused = pausedBy.get(socket) ?? new PausedSocket(socket);
    pausedBy.set(socket, paused);
    paused.addRequest();
    response.once('socket', () => {
      paused.removeRequest();
      serve(request, response);
    });
  };
}

/** A socket that is not read while requests of it wait. */
class PausedSocket {
  #waiting = 0;
  readonly #pause = () => void this.#socket.pause();
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  addRequest(): void {
    this.#waiting++;
    if (this.#waiting > 1) return;
    this.#socket.pause();
    // Node (20.20) resumes the socket after each response whose request had no reader.
    this.#socket.on('resume', this.#pause);
  }

  removeRequest(): void {
    this.#waiting--;
    if (this.#waiting > 0) return;
    this.#socket.off('resume', this.#pause);
    this.#socket.resume();
  }
}
