import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { HttpRequest } from '../http/request.js';
import type { HttpResponse } from '../http/response.js';
import type { Logger } from '../log/log.js';

/** Serves the requests of a Node server. */
export interface NodeListener {
  readonly listener: RequestListener;
  /** Ends the streams that are being sent, so that a server can drain. */
  endStreams(): void;
}

interface Options {
  readonly handle: (request: HttpRequest) => Promise<HttpResponse>;
  readonly log: Logger;
  /** How long one streamed response may take, in milliseconds. */
  readonly streamTimeoutMs?: number;
}

const defaultStreamTimeoutMs = 600_000;

/** Connects a request handler to Node's HTTP server. A response that cannot be sent ends its connection. */
export function createListener({ handle, log, streamTimeoutMs = defaultStreamTimeoutMs }: Options): NodeListener {
  const streams = new Map<ServerResponse, Readable>();

  /** In order, so that the client sees the end of the content, not a broken connection. */
  function endStream(response: ServerResponse): void {
    streams.get(response)?.unpipe(response);
    response.end();
  }

  function sendStream(stream: Readable, response: ServerResponse): void {
    const timer = setTimeout(endStream, streamTimeoutMs, response);
    streams.set(response, stream);
    stream.once('error', (err) => {
      log.error({ err }, 'response.failed');
      response.destroy();
    });
    response.once('close', () => {
      clearTimeout(timer);
      streams.delete(response);
      stream.destroy();
    });
    stream.pipe(response);
  }

  return {
    listener: async (message, response) => {
      try {
        const { status, headers, content } = await handle(HttpRequest.fromNode(message, partsOf(message, response)));
        response.writeHead(status, headers.fields);
        if (content instanceof Readable) sendStream(content, response);
        else response.end(content);
      } catch (err) {
        log.error({ err }, 'response.failed');
        response.destroy();
      }
    },
    endStreams: () => {
      for (const response of streams.keys()) endStream(response);
    },
  };
}

function partsOf({ headers }: IncomingMessage, response: ServerResponse) {
  return {
    // RFC 9110 §10.1.1: the body's reader asks for the content; an expectation that is not known may be ignored.
    sendContinue: headers.expect?.toLowerCase() === '100-continue' ? () => response.writeContinue() : undefined,
    onDisconnect: (listener: () => void) => {
      if (response.closed) listener();
      else response.once('close', () => response.writableFinished || listener());
    },
  };
}
