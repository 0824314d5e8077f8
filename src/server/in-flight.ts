import type { ServerResponse } from 'node:http';

interface Entry {
  readonly response: ServerResponse;
  index: number;
}

/**
 * The responses that are in flight, until each is closed. An array, not a Set: a Set that grows leaves a chain of tables among
 * V8's old objects, which keeps every response that was ever in it until the next major collection.
 */
export class InFlight implements Iterable<ServerResponse> {
  readonly #entries: Entry[] = [];

  /** The number of responses that are in flight. */
  get size(): number {
    return this.#entries.length;
  }

  *[Symbol.iterator](): Iterator<ServerResponse> {
    for (const { response } of this.#entries) yield response;
  }

  /** Adds a response until it is closed. */
  add(response: ServerResponse): void {
    const entry = { response, index: this.#entries.length };
    this.#entries.push(entry);
    response.once('close', () => this.#remove(entry));
  }

  /** The last entry takes the free index. */
  #remove(entry: Entry): void {
    const last = this.#entries.pop();
    if (!last || last === entry) return;
    this.#entries[entry.index] = last;
    last.index = entry.index;
  }
}
