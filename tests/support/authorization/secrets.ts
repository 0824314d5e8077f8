const sensitiveFields = ['authorization', 'cookie', 'x-csrf-token'];
const sensitiveKey = /^(?:password|current_?password|new_?password|token|(?:access|refresh)_?token)$/i;

/** Characters by which a secret is recognized: the beginning or the end of any part of it. */
const windowLength = 16;

/** Collects every secret of requests and responses, and finds them in a text, whole or in part. */
export class SecretCollector {
  readonly #windows = new Set<string>();
  readonly #phrases = new Set<string>();

  /** @param value a token, a header field's value or a password. */
  add(value: string): void {
    if (value.includes(' ') && !/^(Bearer|session=)/.test(value)) this.#phrases.add(value);
    for (const [part] of value.matchAll(/[\w-]{16,}/g)) {
      this.#windows.add(part.slice(0, windowLength));
      this.#windows.add(part.slice(-windowLength));
    }
  }

  addHeaders(headers: Headers): void {
    for (const name of sensitiveFields) this.add(headers.get(name) ?? '');
    for (const line of headers.getSetCookie()) this.add(line.split(';')[0] ?? '');
  }

  /** Adds what stands under the name of a secret, at any depth. */
  addBody(value: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, item] of Object.entries(value)) {
      if (typeof item === 'string' && sensitiveKey.test(key)) this.add(item);
      else this.addBody(item);
    }
  }

  get size(): number {
    return this.#windows.size;
  }

  /** @returns the parts of secrets that a text contains. */
  findIn(text: string): string[] {
    const leaks = [...this.#phrases].filter((phrase) => text.includes(phrase));
    for (const [run] of text.matchAll(/[\w-]{16,}/g))
      for (let start = 0; start + windowLength <= run.length; start++) {
        const part = run.slice(start, start + windowLength);
        if (this.#windows.has(part)) leaks.push(run);
      }
    return [...new Set(leaks)];
  }
}
