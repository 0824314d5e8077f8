import type { IncomingHttpHeaders } from 'node:http';

/** Reads header fields by name; case does not matter (RFC 9110 §5.1). */
export interface HeaderReader {
  /** @returns the value, several joined by commas (RFC 9110 §5.3); null when the field is absent. */
  get(name: string): string | null;
  has(name: string): boolean;
}

/** The header fields of a request. */
export class RequestHeaders implements HeaderReader {
  readonly #fields: IncomingHttpHeaders;

  /** @param fields by names in lower case, as Node gives them. */
  constructor(fields: IncomingHttpHeaders) {
    this.#fields = fields;
  }

  get(name: string): string | null {
    const value = this.#fields[name.toLowerCase()];
    return Array.isArray(value) ? value.join(', ') : (value ?? null);
  }

  has(name: string): boolean {
    return this.#fields[name.toLowerCase()] !== undefined;
  }
}

/** The value of a response's header field; a list becomes several field lines, which `Set-Cookie` needs (RFC 9110 §5.3). */
export type FieldValue = string | readonly string[];

/** The header fields of a response. */
export class ResponseHeaders implements HeaderReader {
  /** By names in lower case, for Node to write. */
  readonly fields: Record<string, string | string[]> = {};

  constructor(fields: Readonly<Record<string, FieldValue>> = {}) {
    for (const name in fields) this.set(name, fields[name] as FieldValue);
  }

  get(name: string): string | null {
    const value = this.fields[name.toLowerCase()];
    return Array.isArray(value) ? value.join(', ') : (value ?? null);
  }

  has(name: string): boolean {
    return this.fields[name.toLowerCase()] !== undefined;
  }

  set(name: string, value: FieldValue): void {
    this.fields[name.toLowerCase()] = typeof value === 'string' ? value : [...value];
  }

  /** Adds a value: to the list of a comma-separated field, or as a field line of its own for `Set-Cookie`. */
  append(name: string, value: string): void {
    const key = name.toLowerCase();
    const present = this.fields[key];
    if (present === undefined) this.fields[key] = key === 'set-cookie' ? [value] : value;
    else if (Array.isArray(present)) present.push(value);
    else this.fields[key] = key === 'set-cookie' ? [present, value] : `${present}, ${value}`;
  }

  delete(name: string): void {
    delete this.fields[name.toLowerCase()];
  }
}
