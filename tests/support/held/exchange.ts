/** A request as it was sent. */
export interface Sent {
  readonly method: string;
  /** The path as it was sent: what only resolves to `/graphql` is not GraphQL's. */
  readonly path: string;
  /** The address, resolved. */
  readonly url: URL;
  readonly headers: Headers;
  /** Undefined when there was none, or none that is text. */
  readonly body: string | undefined;
}

/** An answer as it came. */
export interface Got {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** What is wrong with an answer, in words; empty when it is as described. */
export type Faults = string[];

/** Header fields that any answer may carry, and that the description of none has to name. */
const common =
  /^(content-(type|length|security-policy)|cache-control|vary|x-content-type-options|referrer-policy|access-control-[a-z-]+|date|connection|keep-alive|transfer-encoding)$/;

/** Fields beyond the common ones that an answer carries, though its description does not name them. */
export const undescribedHeaders = ({ headers }: Got, described: readonly string[]): Faults =>
  [...headers.keys()]
    .filter((name) => !common.test(name) && !described.includes(name))
    .map((name) => `carries ${name}, which is not described`);

/** What every answer promises, whatever it is. */
export function commonFaults({ headers }: Got): Faults {
  const faults: Faults = [];
  if (headers.get('x-content-type-options') !== 'nosniff') faults.push('may be sniffed');
  if (!headers.get('cache-control')) faults.push('does not say how it may be cached');
  if (!headers.get('x-request-id')) faults.push('carries no X-Request-Id');
  return faults;
}

/** @returns undefined when it is no JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The media type of an answer, without its parameters. */
export const mediaType = ({ headers }: Got): string => (headers.get('content-type') ?? '').split(';')[0]?.trim() ?? '';
