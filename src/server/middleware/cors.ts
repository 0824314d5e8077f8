import { LRUCache } from 'lru-cache';
import type { Exchange } from '../../http/exchange.js';
import { HttpResponse } from '../../http/response.js';
import type { Logger } from '../../log/log.js';
import type { Middleware } from '../request-handler.js';

const allowedMethods = 'GET, HEAD, POST, PUT, PATCH, DELETE';
const allowedHeaders = [
  'authorization',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'x-request-id',
  'x-csrf-token',
  'x-session',
  'traceparent',
  'tracestate',
  'apollo-require-preflight',
  'apollographql-client-name',
  'apollographql-client-version',
].join(', ');
const exposedHeaders = [
  'deprecation',
  'etag',
  'location',
  'link',
  'ratelimit',
  'ratelimit-policy',
  'retry-after',
  'sunset',
  'x-csrf-token',
  'x-request-id',
  'www-authenticate',
].join(', ');
const preflightSeconds = '7200';
/** Refused origins that are remembered, so that each is logged once. */
const maxRefusedOrigins = 1000;

interface Options {
  readonly isAllowed: (origin: string) => boolean;
  readonly log: Logger;
}

/**
 * Lets the allowed origins read responses (https://fetch.spec.whatwg.org/#http-cors-protocol). A refused origin is logged
 * once, with the setting that would allow it. Yoga's own plugin (graphql-yoga 5.24) answers a refused origin with
 * `Access-Control-Allow-Origin: null`, which is the origin of a sandboxed frame.
 */
export function cors({ isAllowed, log }: Options): Middleware {
  const refused = new LRUCache<string, true>({ max: maxRefusedOrigins });

  function logRefusal(origin: string): void {
    if (refused.has(origin)) return;
    refused.set(origin, true);
    log.warn({ origin: origin.slice(0, 255), cure: 'add the origin to CORS_ORIGINS' }, 'cors.origin-refused');
  }

  return {
    before: ({ request }) => (isPreflight(request) && isAllowed(request.headers.get('origin') ?? '') ? preflight() : undefined),
    after: ({ request }, { headers }) => {
      headers.append('vary', 'Origin');
      const origin = request.headers.get('origin');
      if (origin === null) return;
      if (!isAllowed(origin)) {
        if (!isSameOrigin(origin, request.headers.get('host'))) logRefusal(origin);
        return;
      }
      headers.set('access-control-allow-origin', origin);
      headers.set('access-control-allow-credentials', 'true');
      headers.set('access-control-expose-headers', exposedHeaders);
    },
  };
}

const isPreflight = ({ method, headers }: Exchange['request']): boolean =>
  method === 'OPTIONS' && headers.has('access-control-request-method');

const preflight = (): HttpResponse =>
  new HttpResponse(null, {
    status: 204,
    headers: {
      'access-control-allow-methods': allowedMethods,
      'access-control-allow-headers': allowedHeaders,
      'access-control-max-age': preflightSeconds,
    },
  });

// Browsers send Origin with a page's own POST requests as well; our pages are served by this server.
const isSameOrigin = (origin: string, host: string | null): boolean => host !== null && origin.endsWith(`://${host}`);
