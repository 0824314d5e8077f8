import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import type { FuzzRequest } from './request.js';

// CONTRIBUTING.md says what these are for.
const { FUZZ_SEED = '1', FUZZ_TIMES = '1' } = process.env;

/** What the cases are made from: the same seed, the same cases. */
export const seed = FUZZ_SEED === 'random' ? randomInt(2 ** 31) : Number(FUZZ_SEED);
const times = Number(FUZZ_TIMES);

/** How long one fuzzing test may take, in milliseconds. */
export const fuzzTimeoutMs = 60_000 * times;

/**
 * Sends generated requests. A failing one is shrunk, and printed on one line with the seed that leads to it again.
 * @param cases how many, unless `FUZZ_TIMES` asks for so many times more.
 * @param send throws when an answer is not what it may be.
 */
export async function fuzz(requests: fc.Arbitrary<FuzzRequest>, cases: number, send: (request: FuzzRequest) => Promise<unknown>) {
  const property = fc.asyncProperty(requests, async (request) => void (await send(request)));
  await fc.assert(property, { seed, numRuns: cases * times });
}
