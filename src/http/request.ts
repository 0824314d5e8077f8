import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { AppError } from '../core/errors.js';
import { type HeaderReader, RequestHeaders } from './headers.js';

/** What an HTTP request consists of (RFC 9110 §3.4). */
export interface RequestParts {
  readonly method: string;
  /** The request target in origin form: path and query (RFC 9112 §3.2.1). */
  readonly target: string;
  readonly headers: HeaderReader;
  /** The content, not read yet. */
  readonly content?: Readable | undefined;
  /** The address of the other end of the connection. */
  readonly remoteAddress?: string | undefined;
  /** Asks a client that waits for it to send the content: 100 (RFC 9110 §10.1.1). */
  readonly sendContinue?: (() => void) | undefined;
  /** Calls a listener when the client goes away before it has the response. */
  readonly onDisconnect?: ((listener: () => void) => void) | undefined;
}

/** An HTTP request, as the server and the tests make it. */
export class HttpRequest implements RequestParts {
  readonly method: string;
  readonly target: string;
  readonly headers: HeaderReader;
  readonly content: Readable | undefined;
  readonly remoteAddress: string | undefined;
  readonly sendContinue: (() => void) | undefined;
  readonly onDisconnect: ((listener: () => void) => void) | undefined;
  #signal: AbortSignal | undefined;
  #path: string | undefined;
  #url: URL | undefined;

  constructor({ method, target, headers, content, remoteAddress, sendContinue, onDisconnect }: RequestParts) {
    this.method = method;
    this.target = target;
    this.headers = headers;
    this.content = content;
    this.remoteAddress = remoteAddress;
    this.sendContinue = sendContinue;
    this.onDisconnect = onDisconnect;
  }

  /** @param parts see `RequestParts`. */
  static fromNode(message: IncomingMessage, parts: Pick<RequestParts, 'sendContinue' | 'onDisconnect'> = {}): HttpRequest {
    const { method = 'GET', url = '/', headers, socket } = message;
    return new HttpRequest({
      method,
      target: originForm(url),
      headers: new RequestHeaders(headers),
      content: message,
      remoteAddress: socket.remoteAddress,
      ...parts,
    });
  }

  /** Aborts when the client goes away before it has the response. Made at its first use: most requests need none. */
  get signal(): AbortSignal {
    if (!this.#signal) {
      const controller = new AbortController();
      this.#signal = controller.signal;
      this.onDisconnect?.(() => controller.abort(new AppError('BAD_REQUEST', { message: 'The client has gone away.' })));
    }
    return this.#signal;
  }

  /** The path as it was sent, escapes and dot segments included. */
  get path(): string {
    if (this.#path === undefined) {
      const end = this.target.search(/[?#]/);
      this.#path = end < 0 ? this.target : this.target.slice(0, end);
    }
    return this.#path;
  }

  /** The target as a URL, parsed at its first use. Its host says nothing: no response depends on the name a client calls. */
  get url(): URL {
    this.#url ??= new URL(`http://localhost${this.target}`);
    return this.#url;
  }
}

const absoluteForm = /^https?:\/\/[^/?#]*/i;

/** RFC 9112 §3.2.2: a server accepts the absolute form of a target, too. */
function originForm(target: string): string {
  if (target.startsWith('/')) return target;
  const rest = target.replace(absoluteForm, '');
  return rest.startsWith('/') ? rest : `/${rest}`;
}
