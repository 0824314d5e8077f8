import type { ServerResponse } from 'node:http';
import { attached } from '../core/attached.js';

/**
 * The responses that are under way, until each is closed. Not a Set: when one is renewed its old table points to the new
 * one, and among V8's old objects such a chain keeps every response that was ever in it until the next major collection.
 */
export class InFlight implements Iterable<ServerResponse> {
  readonly #responses: ServerResponse[] = [];
  readonly #places = attached<ServerResponse, number>('place in flight');

  get size(): number {
    return this.#responses.length;
  }

  [Symbol.iterator](): Iterator<ServerResponse> {
    return this.#responses.values();
  }

  add(response: ServerResponse): void {
    this.#places.set(response, this.#responses.push(response) - 1);
    response.once('close', () => this.#remove(response));
  }

  /** The last takes the place that becomes free. */
  #remove(response: ServerResponse): void {
    const place = this.#places.get(response) as number;
    const last = this.#responses.pop() as ServerResponse;
    if (last === response) return;
    this.#responses[place] = last;
    this.#places.set(last, place);
  }
}
