import type { Principal } from './viewer.js';

/** Where a request comes from: for rate limits and the audit log. */
export interface ClientInfo {
  /** An IPv4 address, or the /64 network of an IPv6 address. */
  readonly address: string;
  /** `User-Agent`, cut to 255 characters. */
  readonly userAgent: string | undefined;
  /** See `X-Request-Id`. */
  readonly requestId: string;
}

/**
 * The fields of an audit event, whose name is the message of its line: `log.info(auditFields(client, { userId }), 'session.opened')`.
 * @param fields what the event is about: ids and reasons, never a secret and nothing that a client wrote.
 */
export const auditFields = ({ requestId, address }: ClientInfo, fields: object): Record<string, unknown> => ({
  ...fields,
  audit: true,
  requestId,
  address,
});

/** Identifies one write of a client, so that a repeated request does not write again. */
export interface IdempotencyKey {
  readonly key: string;
  /** The position of the mutation among those of one GraphQL document, from 0. */
  readonly part: number;
}

/** What a service knows of the request that it works for: the first argument of each of its functions. */
export interface RequestContext {
  readonly client: ClientInfo;
  /** Undefined for reads, and for writes without `Idempotency-Key`. */
  readonly idempotencyKey: IdempotencyKey | undefined;
  /** Values that live as long as the request, by what creates them: see `perRequest`. */
  readonly memo: Map<object, unknown>;
  /** Makes the signal that aborts when the client goes away. Undefined where there is no client to lose. */
  readonly signal?: (() => AbortSignal) | undefined;
}

/** The same for a request of a signed-in user. */
export interface SignedInContext extends RequestContext {
  readonly viewer: Principal;
}

/**
 * Creates a value once for each request.
 * @param create makes the value at its first use in a request, such as a DataLoader.
 */
export function perRequest<Context extends RequestContext, Value>(
  create: (context: Context) => Value,
): (context: Context) => Value {
  return (context) => {
    if (!context.memo.has(create)) context.memo.set(create, create(context));
    return context.memo.get(create) as Value;
  };
}
