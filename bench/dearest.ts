import assert from 'node:assert/strict';
import { type Outgoing, outgoing, send } from './client.js';
import { inALoop, paced, type Send } from './paced.js';
import { graphql } from './workload.js';

/** The dearest query that somebody may ask. */
export interface Dearest {
  readonly shape: string;
  /** How many rows its lists ask for: one more is refused, or a page's limit. */
  readonly rows: number;
  /** What it took in the trial, and the p95 of somebody else's small requests meanwhile. */
  readonly milliseconds: number;
  readonly others: number;
  readonly request: Outgoing;
}

const largestPage = 100;
/** Requests a second of somebody else in the trial. */
const otherRate = 100;
const fields = 'id userId title description status createdAt updatedAt version';
/** As many as one document may have. */
const fifteen = (write: (n: number) => string): string => Array.from({ length: 15 }, (_, n) => `a${n}: ${write(n)}`).join(' ');
const nested = (inner: string): string =>
  `tasks(limit: $rows) { data { owner { tasks(first: $rows) { edges { cursor node { ${inner} } } } } } }`;

/** What is dear in different ways: many values, many promises, many rows, and much to read for few of them. */
const shapes: Readonly<Record<string, string>> = {
  'tasks of the owner of each task': nested(fields),
  'owners of the tasks of the owner of each task': nested('owner { id }'),
  'totals of the owner of each task': nested('owner { tasks(first: 1) { totalCount pageInfo { hasNextPage } } }'),
  'fifteen pages': fifteen((n) => `tasks(limit: $rows, page: ${n + 1}) { total data { ${fields} } }`),
  'fifteen searches by page': fifteen((n) => `tasks(limit: $rows, search: "nowhere ${n}") { total data { id } }`),
  'fifteen searches by cursor': fifteen(
    (n) => `tasksConnection(first: $rows, search: "nowhere ${n}") { totalCount edges { node { id } } }`,
  ),
};

/** How long each shape is tried. */
const trialSeconds = 2;

/**
 * Tries each shape against the limits, as large as they let it be, and takes the one that others suffer from most.
 * @param token of who asks.
 * @param other sends a small request of somebody else.
 */
export async function findDearest(url: string, token: string, other: Send): Promise<Dearest> {
  const found: Dearest[] = [];
  for (const [shape, selection] of Object.entries(shapes)) {
    const requestFor = (rows: number) => outgoing(graphql(`query Dear($rows: Int!) { ${selection} }`, { rows }), token);
    const rows = await largestAccepted((rows) => send(url, requestFor(rows)));
    const request = requestFor(rows);
    const [own, others] = await Promise.all([
      inALoop(trialSeconds, () => send(url, request)),
      paced(otherRate, trialSeconds, other),
    ]);
    found.push({ shape, rows, request, milliseconds: own.p50, others: others.p95 });
  }
  return found.reduce((dearest, each) => (each.others > dearest.others ? each : dearest));
}

async function largestAccepted(accepts: (rows: number) => Promise<boolean>): Promise<number> {
  let [accepted, refused] = [0, largestPage + 1];
  while (refused - accepted > 1) {
    const middle = Math.floor((accepted + refused) / 2);
    if (await accepts(middle)) accepted = middle;
    else refused = middle;
  }
  assert(accepted > 0, 'not even one row of a shape is accepted');
  return accepted;
}
