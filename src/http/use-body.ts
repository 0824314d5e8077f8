import type { IncomingMessage } from 'node:http';
import type { Plugin } from 'graphql-yoga';
import { AppError } from '../core/errors.js';
import { exchangeOf, type ServerContext } from './exchange.js';

/** The longest body, in bytes, in either style. */
const longestBody = 100 * 1024;

/**
 * Protect: reads the body once, for both styles, and stops reading when it is too long. Yoga's own limit
 * (graphql-yoga 5.24) covers GraphQL alone and costs twice what the rest of Yoga does.
 */
export function useBody(): Plugin<object, ServerContext> {
  return {
    onRequest: async ({ request, serverContext: { req, res } }) => {
      const declared = Number(request.headers.get('content-length') ?? 0);
      if (declared > longestBody) throw new AppError('PAYLOAD_TOO_LARGE');
      if (declared === 0 && !request.headers.has('transfer-encoding') && (req || !request.body)) return;
      // RFC 9110 §10.1.1: whoever asks first sends nothing that would be refused.
      if (req?.headers.expect?.toLowerCase() === '100-continue') res?.writeContinue();
      exchangeOf(request).body = await (req ? readNode(req) : readStream(request.body as unknown as AsyncIterable<Uint8Array>));
    },
    onResponse: ({ response, serverContext: { req } }) => {
      // What was not read would be taken for the next request: RFC 9112 §9.6.
      if (response.status === 413 && req && !req.complete) response.headers.set('connection', 'close');
    },
  };
}

/** Gathers the chunks of a body. @throws AppError `PAYLOAD_TOO_LARGE` at the chunk that makes it too long. */
function gather() {
  const chunks: Uint8Array[] = [];
  let length = 0;
  return {
    add: (chunk: Uint8Array) => {
      length += chunk.byteLength;
      if (length > longestBody) throw new AppError('PAYLOAD_TOO_LARGE');
      chunks.push(chunk);
    },
    whole: () => (length === 0 ? undefined : Buffer.concat(chunks, length)),
  };
}

const brokeOff = (cause: unknown) =>
  cause instanceof AppError ? cause : new AppError('BAD_REQUEST', { message: 'The body broke off.', cause });

/** By its events: iterating over a request costs several promises a chunk. What is too long is left unread. */
function readNode(req: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const body = gather();
    const fail = (error?: unknown) => {
      req.pause();
      reject(brokeOff(error));
    };
    req.on('error', fail);
    // It closes after its end, too.
    req.once('close', () => req.complete || fail());
    req.once('end', () => resolve(body.whole()));
    req.on('data', (chunk: Buffer) => {
      try {
        body.add(chunk);
      } catch (error) {
        req.removeAllListeners('data');
        fail(error);
      }
    });
  });
}

async function readStream(stream: AsyncIterable<Uint8Array>): Promise<Buffer | undefined> {
  const body = gather();
  try {
    for await (const chunk of stream) body.add(chunk);
    return body.whole();
  } catch (error) {
    throw brokeOff(error);
  }
}
