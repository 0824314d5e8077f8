import type { IncomingMessage } from 'node:http';

/** What is asked of a request's header fields, by names in lower case. */
export type Asked = Pick<Headers, 'get' | 'has'>;

/**
 * What this server reads of a Fetch `Request` and writes of a `Response` (https://fetch.spec.whatwg.org), without what it does
 * not: streams, signals, copies. What that saved is in docs/performance.md.
 */
export class LightRequest {
  readonly method: string;
  /** Absolute, as in Fetch; the host says nothing here. */
  readonly url: string;
  readonly headers: Asked;

  constructor(url: string, { method, headers }: { method: string; headers: Asked }) {
    this.url = url;
    this.method = method;
    this.headers = headers;
  }

  /** @param message with a path for its target. */
  static of({ url = '/', method = 'GET', headers }: IncomingMessage): LightRequest {
    return new LightRequest(`http://localhost${url}`, { method, headers: new NodeFields(headers) });
  }
}

class NodeFields implements Asked {
  readonly #fields: IncomingMessage['headers'];

  constructor(fields: IncomingMessage['headers']) {
    this.#fields = fields;
  }

  get(name: string): string | null {
    return (this.#fields[name] as string | undefined) ?? null;
  }

  has(name: string): boolean {
    return this.#fields[name] !== undefined;
  }
}

/** Header fields of an answer. They are asked for, and set, by names in lower case. */
class Fields {
  /** What Node writes. */
  readonly record: Record<string, string> = {};

  constructor(fields: Readonly<Record<string, string>> | Fields = {}) {
    const given: Readonly<Record<string, string>> = fields instanceof Fields ? fields.record : fields;
    for (const name in given) this.record[name.toLowerCase()] = given[name] as string;
  }

  get(name: string): string | null {
    return this.record[name] ?? null;
  }

  has(name: string): boolean {
    return this.record[name] !== undefined;
  }

  set(name: string, value: string): void {
    this.record[name] = value;
  }

  append(name: string, value: string): void {
    const known = this.record[name];
    this.record[name] = known === undefined ? value : `${known}, ${value}`;
  }
}

/** An answer whose body is at hand. */
export class LightResponse {
  readonly status: number;
  readonly headers: Fields;
  readonly body: string | Buffer | null;

  constructor(
    body: string | Buffer | null,
    { status = 200, headers }: { status?: number; headers?: Readonly<Record<string, string>> | Fields } = {},
  ) {
    this.body = body;
    this.status = status;
    this.headers = new Fields(headers);
    if (body !== null) this.headers.set('content-length', String(Buffer.byteLength(body)));
  }
}
