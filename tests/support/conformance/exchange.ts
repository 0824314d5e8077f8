/** A request as it was sent. */
export interface SentRequest {
  readonly method: string;
  /** The path as it was sent. A path that only resolves to `/graphql` is not the GraphQL endpoint. */
  readonly path: string;
  /** The URL, resolved. */
  readonly url: URL;
  readonly headers: Headers;
  /** Undefined when the request has no body, or one that is not UTF-8 text. */
  readonly body: string | undefined;
}

/** A response as it was received. */
export interface ReceivedResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** The ways in which a response differs from its description, one sentence each; empty when it conforms. */
export type Violations = string[];

/** Header fields that any response may carry without a description. */
const common =
  /^(content-(type|length|security-policy)|cache-control|vary|x-content-type-options|referrer-policy|strict-transport-security|ratelimit|ratelimit-policy|access-control-[a-z-]+|date|connection|keep-alive|accept-encoding|transfer-encoding)$/;

/** Reports header fields beyond the common ones that the description does not name. */
export const undescribedHeaders = ({ headers }: ReceivedResponse, described: readonly string[]): Violations =>
  [...headers.keys()]
    .filter((name) => !common.test(name) && !described.includes(name))
    .map((name) => `carries ${name}, which is not described`);

/** Checks what every response of the server carries. */
export function commonViolations({ headers }: ReceivedResponse): Violations {
  const violations: Violations = [];
  if (headers.get('x-content-type-options') !== 'nosniff') violations.push('may be sniffed');
  if (!headers.get('cache-control')) violations.push('does not say how it may be cached');
  if (!headers.get('x-request-id')) violations.push('carries no X-Request-Id');
  return violations;
}

/** A response to HEAD and the statuses 204 and 304 have no body (RFC 9110, section 6.4.1), and 202 has none here; all other responses have one. */
export function bodyViolations(method: string, { status, body }: ReceivedResponse): Violations {
  const isBodiless = method === 'HEAD' || [202, 204, 304].includes(status);
  if (isBodiless) return body === '' ? [] : ['has a body'];
  return body === '' ? ['has no body'] : [];
}

/** Parses JSON. @returns undefined when the text is not JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The media type of a response, without parameters. */
export const mediaType = ({ headers }: ReceivedResponse): string =>
  (headers.get('content-type') ?? '').split(';')[0]?.trim() ?? '';
