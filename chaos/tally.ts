import type { Outcome } from './requests.js';

/** How many writes came to which end, and when the service answered. */
export interface Tally {
  readonly created: number;
  readonly unavailable: number;
  readonly timedOut: number;
  readonly inProgress: number;
  readonly noAnswer: number;
  readonly wrong: number;
  /** One response of each kind that should not be, with the id of its request. */
  readonly examples: ReadonlyMap<string, string>;
  /** When the last write succeeded that was sent after a moment, in milliseconds of `performance.now()`. */
  readonly successes: readonly { readonly sentAt: number; readonly at: number; readonly writer: number }[];
}

/** Counts outcomes. */
export function createTally(): { readonly tally: Tally; count(outcome: Outcome, sentAt: number, writer: number): void } {
  const counts = { created: 0, unavailable: 0, timedOut: 0, inProgress: 0, noAnswer: 0, wrong: 0 };
  const examples = new Map<string, string>();
  const successes: { sentAt: number; at: number; writer: number }[] = [];
  const tally = Object.assign(counts, { examples, successes });
  const counters: { [Kind in Outcome['kind']]: (outcome: Extract<Outcome, { kind: Kind }>) => void } = {
    created: () => tally.created++,
    'in-progress': () => tally.inProgress++,
    unavailable: ({ status }) => (status === 504 ? tally.timedOut++ : tally.unavailable++),
    'no-answer': ({ reason }) => {
      tally.noAnswer++;
      examples.set(`no answer: ${reason}`, '');
    },
    wrong: ({ status, body, requestId }) => {
      tally.wrong++;
      const kind = `${status} ${body.replaceAll(/[0-9a-f-]{16,}/g, '…')}`;
      if (!examples.has(kind)) examples.set(kind, requestId);
    },
  };
  const count = (outcome: Outcome, sentAt: number, writer: number) => {
    (counters[outcome.kind] as (each: Outcome) => void)(outcome);
    if (outcome.kind === 'created') successes.push({ sentAt, at: performance.now(), writer });
  };
  return { tally, count };
}

/** The longest time without a success between two moments, in milliseconds. */
export function longestGapMs({ successes }: Pick<Tally, 'successes'>, from: number, until: number): number {
  const moments = [from, ...successes.map(({ at }) => at).filter((at) => at > from && at < until), until];
  return Math.max(...moments.slice(1).map((at, index) => at - (moments[index] ?? at)));
}

/** How many writers have succeeded with a write that they sent after a moment. */
export const writersBack = ({ successes }: Pick<Tally, 'successes'>, since: number): number =>
  new Set(successes.filter(({ sentAt }) => sentAt >= since).map(({ writer }) => writer)).size;
