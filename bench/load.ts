import autocannon from 'autocannon';
import type { Person } from './data.js';
import { type OperationName, type Scenario, type Style, workload } from './workload.js';

/** How long a load is. */
export type Length = { readonly seconds: number } | { readonly requests: number };

/** What a client saw: times in milliseconds. */
export interface Load {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** Answers that were no success, broken connections and timeouts. */
  readonly failures: number;
}

/**
 * Sends a scenario's requests, each as a person taken at random.
 * @param length in seconds, or in requests: a comparison of CPU time wants the same number of both.
 */
export async function load(
  url: string,
  style: Style,
  { weights, connections }: Scenario,
  people: readonly Person[],
  length: Length,
): Promise<Load> {
  const times: number[] = [];
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const options: autocannon.Options = {
      url,
      connections,
      ...('seconds' in length ? { duration: length.seconds } : { amount: length.requests }),
      timeout: 30,
      requests: [{ setupRequest: (request) => ({ ...request, ...nextRequest(style, weights, people) }) }],
      // GraphQL answers errors with 200 too.
      verifyBody: (body) => !String(body).includes('"errors":['),
    };
    const instance = autocannon(options, (error, done) => (error ? reject(error) : resolve(done)));
    instance.on('response', (_client, _status, _bytes, milliseconds) => times.push(milliseconds));
  });
  times.sort((a, b) => a - b);
  return {
    requests: times.length,
    perSecond: times.length / result.duration,
    p50: quantile(times, 0.5),
    p95: quantile(times, 0.95),
    p99: quantile(times, 0.99),
    failures: result.non2xx + result.errors + result.timeouts + result.mismatches,
  };
}

/** What a share of the times is below. @param times in order. */
export const quantile = (times: readonly number[], share: number): number =>
  times[Math.floor(times.length * share)] ?? Number.NaN;

let sent = 0;

/** @returns what autocannon sends next. */
export function nextRequest(style: Style, weights: Scenario['weights'], people: readonly Person[]) {
  const { token, taskIds } = oneOf(people);
  const { method, path, body } = workload[style][pick(weights)];
  const filled = (text: string) => text.replace('#ID', String(oneOf(taskIds))).replace('#N', String(sent++));
  const headers = { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) };
  return { method, path: filled(path), headers, body: body && filled(body) };
}

const oneOf = <T>(all: readonly T[]): T => all[Math.floor(Math.random() * all.length)] as T;

function pick(weights: Scenario['weights']): OperationName {
  const choices = Object.entries(weights) as [OperationName, number][];
  let left = Math.random() * choices.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [name, weight] of choices) {
    left -= weight;
    if (left < 0) return name;
  }
  return 'list';
}
