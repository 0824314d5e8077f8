import { setTimeout as sleep } from 'node:timers/promises';
import { type Load, summarize } from './load.js';

/** Sends a request. @returns whether it succeeded. */
export type Send = () => Promise<boolean>;

/**
 * Sends at moments drawn beforehand (Poisson arrivals), whether or not what was sent is answered: people do not wait for each
 * other. autocannon 9 sends what its rate allows at the beginning of each second, and nothing while an answer is due. A time
 * counts from the moment drawn, so that what was sent late was slow.
 * @param rate requests a second.
 */
export async function paced(rate: number, seconds: number, send: Send): Promise<Load> {
  const tally = createTally();
  const answers: Promise<void>[] = [];
  const since = performance.now();
  for (let due = since + pauseMs(rate); due < since + seconds * 1000; due += pauseMs(rate)) {
    const early = due - performance.now();
    if (early > 0) await sleep(early);
    answers.push(tally.count(send(), due));
  }
  await Promise.all(answers);
  return tally.sum(seconds);
}

/** Sends one request after the other from each of several clients: a client waits for each response. */
export async function inALoop(seconds: number, send: Send, clients = 1): Promise<Load> {
  const tally = createTally();
  const since = performance.now();
  const client = async () => {
    while (performance.now() - since < seconds * 1000) await tally.count(send(), performance.now());
  };
  await Promise.all(Array.from({ length: clients }, client));
  return tally.sum((performance.now() - since) / 1000);
}

const pauseMs = (rate: number): number => (-Math.log(1 - Math.random()) / rate) * 1000;

function createTally() {
  const times: number[] = [];
  let failures = 0;
  return {
    count: async (answer: Promise<boolean>, since: number) => {
      if (!(await answer)) failures++;
      times.push(performance.now() - since);
    },
    sum: (seconds: number) => summarize(times, seconds, failures),
  };
}
