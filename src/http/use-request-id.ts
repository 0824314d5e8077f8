import { randomUUID } from 'node:crypto';
import type { Plugin } from 'graphql-yoga';
import { beginExchange, exchangeOf, type ServerContext } from './exchange.js';
import { LightRequest } from './light-fetch.js';

const saneId = /^[\w.:-]{1,128}$/;

/** Identify: begins the exchange. Takes `X-Request-Id` when it is sane, and always sends one. */
export function useRequestId(): Plugin<object, ServerContext> {
  return {
    onRequest: ({ request, setRequest }) => {
      const given = request.headers.get('x-request-id');
      const head = request.method === 'HEAD';
      const served = head ? (new LightRequest(request.url, { method: 'GET', headers: request.headers }) as Request) : request;
      if (head) setRequest(served);
      beginExchange(served, {
        requestId: given && saneId.test(given) ? given : randomUUID(),
        startedAt: performance.now(),
        idempotencyKey: request.headers.get('idempotency-key'),
        head,
        caller: { address: '127.0.0.1' },
        identity: { kind: 'anonymous' },
        body: undefined,
        params: undefined,
        operations: [],
        notices: {},
        secret: false,
      });
    },
    onResponse: ({ request, response, setResponse, fetchAPI }) => {
      const { requestId, head } = exchangeOf(request);
      response.headers.set('x-request-id', requestId);
      if (head) setResponse(new fetchAPI.Response(null, { status: response.status, headers: response.headers }));
    },
  };
}
