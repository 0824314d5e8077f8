import type { Readable } from 'node:stream';
import { AppError } from '../../core/errors.js';
import type { HttpRequest } from '../../http/request.js';
import type { Middleware } from '../request-handler.js';

/** The largest body, in bytes, for both APIs. */
const maxBodyBytes = 100 * 1024;

/**
 * Reads the body, for both APIs, and stops when it is too large. Yoga's own limit (graphql-yoga 5.24) covers GraphQL alone
 * and costs twice as much as the rest of Yoga.
 */
export function body(): Middleware {
  return {
    before: async (exchange) => {
      const { request } = exchange;
      const { headers, content } = request;
      if (lengthOf(request) > maxBodyBytes) throw new AppError('PAYLOAD_TOO_LARGE');
      if (!content || !hasBody(request)) return undefined;
      checkEncoding(headers.get('content-encoding'));
      request.sendContinue?.();
      exchange.body = await readContent(content);
      return undefined;
    },
    after: ({ request: { content } }, { status, headers }) => {
      // RFC 9112 §9.6: what was not read would be taken for the next request.
      if (status === 413 && content && !content.readableEnded) headers.set('connection', 'close');
    },
  };
}

const lengthOf = ({ headers }: HttpRequest): number => Number(headers.get('content-length') ?? 0);

/** Whether a request announces a body (RFC 9112 §6.3), so that the server waits for it; one that comes in chunks may be empty. */
export const hasBody = (request: HttpRequest): boolean => lengthOf(request) > 0 || request.headers.has('transfer-encoding');

/** @throws AppError `UNSUPPORTED_MEDIA_TYPE` for a compressed body, with `Accept-Encoding` (RFC 9110 §15.5.16). */
function checkEncoding(encoding: string | null): void {
  if (encoding === null || encoding.trim() === '' || encoding.trim().toLowerCase() === 'identity') return;
  throw new AppError('UNSUPPORTED_MEDIA_TYPE', { message: 'Compressed bodies are not accepted.', acceptEncoding: 'identity' });
}

/** The server drains, and the rest of the body does not arrive. */
const interrupted = () => new AppError('SERVICE_UNAVAILABLE', { message: 'The server is shutting down.', retryAfterSeconds: 1 });

const aborted = (cause: unknown) => new AppError('BAD_REQUEST', { message: 'The body ended too early.', cause });

/**
 * Reads by events: iterating over a request costs several promises a chunk.
 * @throws AppError `PAYLOAD_TOO_LARGE` at the chunk that makes it too large, which leaves the rest unread; `BAD_REQUEST`;
 * `SERVICE_UNAVAILABLE` when the server drains before the end.
 */
function readContent(content: Readable): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    let isComplete = false;
    const fail = (error: unknown) => {
      content.removeAllListeners('data');
      content.pause();
      reject(error);
    };
    // The client has left before the body is read: no event follows.
    if (content.destroyed) return fail(aborted(content.errored));
    content.on('error', (cause) => fail(aborted(cause)));
    content.once('timeout', () => fail(interrupted()));
    // It closes after its end, too.
    content.once('close', () => isComplete || fail(aborted(undefined)));
    content.once('end', () => {
      isComplete = true;
      resolve(length === 0 ? undefined : Buffer.concat(chunks, length));
    });
    content.on('data', (chunk: Uint8Array) => {
      length += chunk.byteLength;
      if (length > maxBodyBytes) fail(new AppError('PAYLOAD_TOO_LARGE'));
      else chunks.push(chunk);
    });
  });
}
