import type { Readable } from 'node:stream';
import { type FieldValue, ResponseHeaders } from './headers.js';

/** The content of a response: all of it, or a stream that ends by itself. */
export type Content = string | Uint8Array | Readable | null;

interface ResponseOptions {
  /** 200 when absent. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, FieldValue>>;
}

/** An HTTP response. A middleware may change its header fields. */
export class HttpResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly content: Content;

  constructor(content: Content, { status = 200, headers }: ResponseOptions = {}) {
    this.content = content;
    this.status = status;
    this.headers = new ResponseHeaders(headers);
    const length = lengthOf(content);
    if (length !== undefined) this.headers.set('content-length', String(length));
  }
}

/** In bytes; undefined for no content and for a stream. */
const lengthOf = (content: Content): number | undefined =>
  typeof content === 'string' || content instanceof Uint8Array ? Buffer.byteLength(content) : undefined;
