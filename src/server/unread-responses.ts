import type { ServerResponse } from 'node:http';
import type { InFlight } from './in-flight.js';

/**
 * Looks after responses that are complete, and that their clients do not read: Node (20.20) keeps them and their connections for
 * ever. What the system has buffered a client may read later.
 */
export class UnreadResponses {
  readonly #inFlight: InFlight;
  readonly #completeSince = new WeakMap<ServerResponse, number>();

  constructor(inFlight: InFlight) {
    this.#inFlight = inFlight;
  }

  /** Breaks off the responses that were complete at an earlier call, longer ago than this. Call it again and again. */
  breakOff(timeoutMs: number): void {
    const now = performance.now();
    for (const response of [...this.#inFlight]) {
      if (!response.writableEnded) continue;
      const since = this.#completeSince.get(response) ?? now;
      this.#completeSince.set(response, since);
      if (now - since > timeoutMs) response.destroy();
    }
  }
}
