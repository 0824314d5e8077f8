import { markdown } from '../bench/report.js';
import type { Trial } from './trial.js';

/** How long 95 in 100 requests of the honest client may take, in milliseconds: also on a machine that is busy with other work. */
const defaultMaxP95Ms = 2_000;
/** Lines of one kind that are printed at most. */
const maxExamples = 3;

/** @param maxP95Ms for the honest client. @returns each violation of the rules as a line; none when the trial passed. */
export function violations(trial: Trial, maxP95Ms = defaultMaxP95Ms): string[] {
  const { unexpected, honest, growthMiB, maxGrowthMiB, leftOpen, errors } = trial;
  const failures = Object.entries(honest.failures).map(([failure, count]) => `honest client: ${count} times ${failure}`);
  return [
    ...unexpected,
    ...failures,
    ...(honest.p95 > maxP95Ms ? [`honest client: p95 ${honest.p95.toFixed(0)} ms, more than ${maxP95Ms}`] : []),
    ...(growthMiB > maxGrowthMiB ? [`memory grew by ${growthMiB.toFixed(0)} MiB, more than ${maxGrowthMiB}`] : []),
    ...(leftOpen > 0 ? [`${leftOpen} connections are still open`] : []),
    ...errors.slice(0, maxExamples).map((line) => `logged: ${line.slice(0, 300)}`),
  ];
}

const head = ['abuse', 's', 'honest requests', 'failed', 'p50 ms', 'p95 ms', 'max ms', 'memory MiB', 'allowed', ''];

/** A table in Markdown: one row for each trial. */
export const table = (trials: readonly Trial[]): string =>
  markdown(
    head,
    trials.map((trial) => {
      const { name, seconds, honest, growthMiB, maxGrowthMiB } = trial;
      const failed = Object.values(honest.failures).reduce((sum, count) => sum + count, 0);
      return [
        name,
        seconds.toFixed(1),
        String(honest.requests),
        String(failed),
        ...[honest.p50, honest.p95, honest.max].map((milliseconds) => milliseconds.toFixed(1)),
        `+${growthMiB.toFixed(0)}`,
        String(maxGrowthMiB),
        violations(trial).length === 0 ? 'passed' : 'FAILED',
      ];
    }),
  );
