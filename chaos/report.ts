import { markdown } from '../bench/report.js';
import type { Trial } from './trial.js';

/** Titles and examples of one kind that are printed at most. */
const maxExamples = 3;

/** @returns each violation of the rules as a line; none when the trial passed. */
export function violations(trial: Trial): string[] {
  const { lost, doubled, unexplained, examples, log } = trial;
  const titles = { 'acknowledged, but not stored': lost, 'stored twice': doubled, 'stored without being sent': unexplained };
  const lines = Object.entries(titles)
    .filter(([, found]) => found.length > 0)
    .map(([what, found]) => `${found.length} writes are ${what}: ${found.slice(0, maxExamples).join('; ')}`);
  for (const [example, requestId] of [...examples].slice(0, maxExamples))
    if (requestId) lines.push(`wrong response: ${example} (${causeIn(log, requestId)})`);
    else if (!trial.fault.breaksConnections) lines.push(example);
  if (trial.backAfterMs === undefined) lines.push('the service was not back in time');
  return lines;
}

/** Finds what the server logged about the cause of a response. */
function causeIn(log: string, requestId: string): string {
  const line = log.split('\n').find((each) => each.includes(requestId) && each.includes('"err"'));
  if (!line) return `no cause in the log, request ${requestId}`;
  const { err } = JSON.parse(line) as { err: { type?: string; message?: string; code?: string } };
  return [err.type, err.code, err.message?.replaceAll(/\s+/g, ' ').slice(0, 200)].filter(Boolean).join(' ');
}

const head = [
  'fault',
  'acknowledged',
  'unknown',
  'stored',
  '503',
  '504',
  '409',
  'no answer',
  'other',
  'lost',
  'doubled',
  'gap s',
  'back s',
];

const inSeconds = (milliseconds: number | undefined) => (milliseconds === undefined ? '–' : (milliseconds / 1000).toFixed(1));

/** A table in Markdown: one row for each trial. */
export const table = (trials: readonly Trial[]): string =>
  markdown(
    head,
    trials.map((trial) => [
      trial.fault.name,
      ...[trial.acknowledged, trial.unknown, trial.stored].map(String),
      ...[trial.unavailable, trial.timedOut, trial.inProgress, trial.noAnswer, trial.wrong].map(String),
      ...[trial.lost.length, trial.doubled.length].map(String),
      inSeconds(trial.gapMs),
      inSeconds(trial.backAfterMs),
    ]),
  );
