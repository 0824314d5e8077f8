import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type Outgoing, send } from './client.js';
import type { Person } from './data.js';
import { loginRequest, nextRequest } from './load.js';
import type { SlowLink } from './slow-link.js';
import { type OperationName, type Style, styles } from './workload.js';

/** How often a request waits for the database, one time after the other. */
export interface RoundTrips {
  readonly style: Style;
  readonly operation: string;
  /** The first request of somebody whom the process has not seen for long. */
  readonly first: number;
  /** The one that follows it. */
  readonly next: number;
}

/** Longer than anything that a request does besides: a password is hashed in a quarter of it. */
const delayMs = 200;
/** The least of them counts: a request can only be late. */
const tries = 3;
const operations: readonly OperationName[] = ['get', 'list', 'create', 'toggle'];
/** Sent once more, each request with an idempotency key of its own. */
const keyedOperations: readonly OperationName[] = ['create', 'toggle'];

const keyed = (request: Outgoing): Outgoing => ({ ...request, headers: { ...request.headers, 'idempotency-key': randomUUID() } });

/**
 * Counts the round trips of each operation by the time that it takes on a slow link when nothing else runs.
 * @param strangers people who have not asked for anything yet.
 * @param loginsOf people with passwords.
 */
export async function countRoundTrips(
  url: string,
  link: SlowLink,
  strangers: readonly Person[],
  loginsOf: readonly Person[],
): Promise<readonly RoundTrips[]> {
  const unseen = [...strangers];
  const counted: RoundTrips[] = [];
  const roundTrips = async (request: Outgoing): Promise<number> => {
    const since = performance.now();
    assert(await send(url, request), `${request.method} ${request.path} failed`);
    return Math.floor((performance.now() - since) / delayMs);
  };
  const leastOf = async (style: Style, operation: string, requestOf: (style: Style, turn: number) => () => Outgoing) => {
    const seen = { first: [] as number[], next: [] as number[] };
    for (let turn = 0; turn < tries; turn++) {
      const request = requestOf(style, turn);
      seen.first.push(await roundTrips(request()));
      seen.next.push(await roundTrips(request()));
    }
    counted.push({ style, operation, first: Math.min(...seen.first), next: Math.min(...seen.next) });
  };
  link.delayMs = delayMs;
  try {
    for (const style of styles) {
      const requestsOf = (operation: OperationName, change = (request: Outgoing) => request) => {
        const person = unseen.pop();
        assert(person, 'everybody has asked for something');
        return () => change(nextRequest(style, { [operation]: 1 }, [person]));
      };
      for (const operation of operations) await leastOf(style, operation, () => requestsOf(operation));
      for (const operation of keyedOperations) await leastOf(style, `${operation}, keyed`, () => requestsOf(operation, keyed));
      await leastOf(style, 'login', (_, turn) => () => loginRequest(style, loginsOf[turn] as Person));
    }
    return counted;
  } finally {
    link.delayMs = 0;
  }
}
