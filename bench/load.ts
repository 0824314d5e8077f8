import autocannon from 'autocannon';
import { hasErrors, type Outgoing, outgoing } from './client.js';
import { type Person, passwordOf } from './data.js';
import { graphql, type OperationName, type Scenario, type Style, workload } from './workload.js';

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
 * @param urls the processes that its connections are divided between.
 * @param length in seconds, or in requests: a comparison of CPU time wants the same number of both.
 */
export async function load(
  urls: readonly string[],
  style: Style,
  { weights, connections }: Scenario,
  people: readonly Person[],
  length: Length,
): Promise<Load> {
  const share = (whole: number) => Math.ceil(whole / urls.length);
  const times: number[] = [];
  const send = (url: string) =>
    new Promise<autocannon.Result>((resolve, reject) => {
      const options: autocannon.Options = {
        url,
        connections: share(connections),
        ...('seconds' in length ? { duration: length.seconds } : { amount: share(length.requests) }),
        timeout: 30,
        requests: [{ setupRequest: (request) => ({ ...request, ...nextRequest(style, weights, people) }) }],
        verifyBody: (body) => !hasErrors(String(body)),
      };
      const instance = autocannon(options, (error, done) => (error ? reject(error) : resolve(done)));
      instance.on('response', (_client, _status, _bytes, milliseconds) => times.push(milliseconds));
    });
  const results = await Promise.all(urls.map(send));
  const failures = results.reduce((sum, each) => sum + each.non2xx + each.errors + each.timeouts + each.mismatches, 0);
  return summarize(times, Math.max(...results.map(({ duration }) => duration)), failures);
}

/** What a load was to its clients. @param times in milliseconds, in any order. */
export function summarize(times: readonly number[], seconds: number, failures: number): Load {
  const sorted = [...times].sort((a, b) => a - b);
  return {
    requests: sorted.length,
    perSecond: sorted.length / seconds,
    p50: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
    p99: quantile(sorted, 0.99),
    failures,
  };
}

/** What a share of the times is below. @param times in order. */
export const quantile = (times: readonly number[], share: number): number =>
  times[Math.floor(times.length * share)] ?? Number.NaN;

let sent = 0;

/** @returns what somebody taken at random sends next. */
export function nextRequest(style: Style, weights: Scenario['weights'], people: readonly Person[]): Outgoing {
  const { token, taskIds } = oneOf(people);
  const template = workload[style][pick(weights)];
  const filled = (text: string) => text.replace('#ID', String(oneOf(taskIds))).replace('#N', String(sent++));
  return outgoing({ ...template, path: filled(template.path), body: template.body && filled(template.body) }, token);
}

/** How somebody signs in whom `givePasswords` gave a password. */
export function loginRequest(style: Style, person: Person): Outgoing {
  const input = { email: person.email, password: passwordOf(person) };
  return outgoing(
    style === 'rest'
      ? { method: 'POST', path: '/api/auth/login', body: JSON.stringify(input) }
      : graphql('mutation Login($input: LoginInput!) { login(input: $input) { accessToken } }', { input }),
  );
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
