import fc from 'fast-check';

/** Whose token a request carries. */
export type Asker = 'ada' | 'nobody' | 'stale';

/** One request, all of it. */
export interface FuzzRequest {
  readonly method: string;
  readonly target: string;
  readonly asker: Asker;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Writes a request so that it can be sent again by hand. */
const lineOf = ({ method, target, asker, headers, body }: FuzzRequest): string => {
  const text = Buffer.isBuffer(body) ? `base64:${body.toString('base64')}` : body;
  return `${method} ${target} as ${asker} ${JSON.stringify(headers)} ${text === undefined ? '' : JSON.stringify(text)}`;
};

/** A request that a failing property prints on one line. */
export const printed = (request: FuzzRequest): FuzzRequest =>
  Object.defineProperty(request, fc.toStringMethod, { value: () => lineOf(request) });
