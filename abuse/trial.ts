import { setTimeout as sleep } from 'node:timers/promises';
import type { Abuse } from './abuse.js';
import type { Honest } from './honest-process.js';
import { openFiles, peakResidentMemory, resetPeak, residentMemory } from './process.js';
import type { Target } from './target.js';

/** What was seen. */
export interface Trial {
  /** Of the abuse, or of several at once. */
  readonly name: string;
  readonly seconds: number;
  readonly maxGrowthMiB: number;
  /** Answers to the abuse that are not as they should be. */
  readonly unexpected: readonly string[];
  readonly honest: Honest;
  readonly growthMiB: number;
  /** Connections that the server still has a while after the abuse, beside those that it had before. */
  readonly leftOpen: number;
  /** Lines of the server's log about unexpected errors. */
  readonly errors: readonly string[];
}

/** How long the honest client works at least: so many requests make a 95th percentile. */
const minMs = 500;
/** How long the server may take to give the connections back, in milliseconds. */
const giveBackMs = 3_000;
/** Connections of the database's pool come and go. */
const poolSize = 20;

/** Commits abuses at once, while an honest client reads a task and the health. */
export async function runTrial(abuses: readonly Abuse[], target: Target): Promise<Trial> {
  const { pid, honestClient } = target;
  const files = openFiles(pid);
  const logged = target.log().length;
  resetPeak(pid);
  const before = residentMemory(pid);
  honestClient.start();
  const startedAt = performance.now();
  const unexpected = await Promise.all([...abuses.map(({ commit }) => commit(target)), sleep(minMs, [])]);
  const seconds = (performance.now() - startedAt) / 1000;
  const growthMiB = peakResidentMemory(pid) - before;
  const honest = await honestClient.stop();
  const hasGivenBack = () => openFiles(pid) <= files + poolSize;
  for (const end = performance.now() + giveBackMs; !hasGivenBack() && performance.now() < end; ) await sleep(50);
  return {
    name: abuses.map(({ name }) => name).join(' + '),
    seconds,
    maxGrowthMiB: abuses.reduce((sum, { maxGrowthMiB }) => sum + maxGrowthMiB, 0),
    unexpected: unexpected.flat(),
    honest,
    growthMiB,
    leftOpen: Math.max(0, openFiles(pid) - files - poolSize),
    errors: errorsIn(target.log().slice(logged)),
  };
}

const errorsIn = (log: string): string[] => log.split('\n').filter((line) => /"level":"(error|fatal)"/.test(line));
