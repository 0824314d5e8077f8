import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { databaseKind } from '../support/databases.js';
import { type AppPair, openPair } from '../support/equivalence/pair.js';
import { type Step, sequences } from '../support/equivalence/steps.js';

// The same sequences in every run: what fails shall fail for a change's sake. `random` looks further.
const { EQUIVALENCE_RUNS, EQUIVALENCE_SEED = '1', EQUIVALENCE_PATH } = process.env;
const runs = Number(EQUIVALENCE_RUNS ?? (databaseKind === 'postgresql' ? 150 : 25));
const again = {
  ...(EQUIVALENCE_SEED === 'random' ? {} : { seed: Number(EQUIVALENCE_SEED) }),
  ...(EQUIVALENCE_PATH ? { path: EQUIVALENCE_PATH } : {}),
};

let twins: AppPair;
beforeAll(async () => {
  twins = await openPair();
});
afterAll(() => twins.close());

/** What a failing run says: the shortest sequence that was found, and how to play it again. */
function report({ numRuns, numShrinks, seed, counterexamplePath, errorInstance }: fc.RunDetails<[readonly Step[]]>): string {
  return [
    `GraphQL and REST differ, in sequence ${numRuns}, shrunk ${numShrinks} times:`,
    errorInstance instanceof Error ? errorInstance.message : String(errorInstance),
    `Again with EQUIVALENCE_SEED=${seed} EQUIVALENCE_PATH=${counterexamplePath}`,
  ].join('\n');
}

describe('GraphQL and REST', () => {
  it(
    `return equal results for ${runs} sequences of operations, and leave equal rows behind`,
    async () => {
      const details = await fc.check(fc.asyncProperty(sequences, twins.play), { numRuns: runs, ...again });
      if (details.failed) throw new Error(report(details));
      expect(details.numRuns).toBe(EQUIVALENCE_PATH ? details.numRuns : runs);
    },
    60_000 + runs * 1000,
  );
});
