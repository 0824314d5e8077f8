import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Caller } from '../auth/credentials.js';
import { attached } from '../core/attached.js';
import type { Identity } from '../core/identity.js';

/** GraphQL over HTTP, section 5.1. */
export interface GraphqlParams {
  readonly query: string;
  readonly operationName?: string | null;
  readonly variables?: Readonly<Record<string, unknown>> | null;
  readonly extensions?: Readonly<Record<string, unknown>> | null;
}

/** What the plugins learn of one request, each in its turn. */
export interface Exchange {
  readonly requestId: string;
  readonly startedAt: number;
  /** The request's `Idempotency-Key`, as it came. */
  readonly idempotencyKey: string | null;
  /** Set when the client sent HEAD: it is answered as GET, without the body. */
  readonly head: boolean;
  caller: Caller;
  identity: Identity;
  /** The body as it came; undefined when there was none. */
  body: Buffer | undefined;
  /** What a GraphQL request by POST asks for; undefined before it was read, and for every other request. */
  params: GraphqlParams | undefined;
  /** Schema coordinates of what was asked for, for the log. */
  operations: readonly string[];
  /** Header fields of the answer, whatever it is. */
  notices: Readonly<Record<string, string>>;
  /** The answer carries tokens and must not be stored anywhere. */
  secret: boolean;
}

/** What Node hands over beside the request; nothing when a test calls `fetch`. */
export interface ServerContext {
  readonly req?: IncomingMessage;
  readonly res?: ServerResponse;
}

const exchanges = attached<Request, Exchange>('exchange');

/** Begins the record of a request. */
export const beginExchange = (request: Request, exchange: Exchange): void => {
  exchanges.set(request, exchange);
};

/** The record of a request that is under way. */
export function exchangeOf(request: Request): Exchange {
  const exchange = exchanges.get(request);
  if (!exchange) throw new Error('this request was never begun');
  return exchange;
}
