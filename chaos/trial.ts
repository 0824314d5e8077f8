import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, Stage } from './fault.js';
import { openLedger } from './ledger.js';
import { type Contradictions, contradictions } from './oracle.js';
import { createParts } from './parts/parts.js';
import { type Sender, signUp } from './requests.js';
import { createTally, longestGapMs, type Tally, writersBack } from './tally.js';
import { startWriters } from './writers.js';

/** How a fault is tried. */
export interface TrialOptions {
  /** How long the fault lasts, or is repeated. */
  readonly seconds: number;
  readonly writers: number;
  /** For the lists of acknowledged and unknown writes. */
  readonly folder: string;
}

/** What was seen. */
export interface Trial extends Contradictions, Tally {
  readonly fault: Fault;
  readonly acknowledged: number;
  readonly unknown: number;
  readonly stored: number;
  /** The longest time without a successful write, in milliseconds. */
  readonly gapMs: number;
  /** From the end of the fault until each writer had succeeded again, in milliseconds; undefined when that took too long. */
  readonly backAfterMs: number | undefined;
  readonly log: string;
}

/** How long the service may take to be back after a fault, in milliseconds. */
const backTimeoutMs = 20_000;
/** How long the writers run before the fault, in milliseconds. */
const warmUpMs = 1_000;

/** Runs one fault under load, and compares what writers and database know. @throws Error when the set-up does not start. */
export async function runTrial(fault: Fault, options: TrialOptions): Promise<Trial> {
  const parts = createParts();
  try {
    return await observe(fault, await fault.prepare(parts), options);
  } finally {
    await parts.close();
  }
}

async function observe(fault: Fault, stage: Stage, { seconds, writers: count, folder }: TrialOptions): Promise<Trial> {
  const senders = await signUpSenders(stage.url, count);
  const ledger = openLedger(folder);
  const { tally, count: onOutcome } = createTally();
  const writers = startWriters({ senders, ledger, onOutcome });
  try {
    await sleep(warmUpMs);
    const from = performance.now();
    await stage.inject(seconds);
    const end = performance.now();
    const isBack = () => writersBack(tally, end) === count;
    while (!isBack() && performance.now() < end + backTimeoutMs) await sleep(20);
    const backAt = performance.now();
    const backAfterMs = isBack() ? backAt - end : undefined;
    await writers.stop();
    const stored = await stage.stored();
    return {
      fault,
      ...contradictions(ledger, stored),
      ...tally,
      acknowledged: ledger.acknowledged.size,
      unknown: ledger.unknown.size,
      stored: stored.length,
      gapMs: longestGapMs(tally, from, backAt),
      backAfterMs,
      log: stage.log(),
    };
  } finally {
    await writers.stop();
    ledger.close();
  }
}

/** Four writers share an account, so that both APIs write to it: two use REST, two GraphQL. */
async function signUpSenders(url: string, count: number): Promise<Sender[]> {
  const accounts = Array.from({ length: Math.ceil(count / 4) }, (_, index) => signUp(url, `account${index}`));
  const tokens = await Promise.all(accounts);
  return Array.from({ length: count }, (_, index) => ({
    url,
    api: index % 4 < 2 ? 'REST' : 'GraphQL',
    token: tokens[Math.floor(index / 4)] ?? '',
  }));
}
