import { afterAll, beforeAll, beforeEach, describe, it } from '@jest/globals';
import { fuzz, fuzzTimeoutMs, seed } from '../support/fuzz/fuzz.js';
import { brokenRequests, validRequests } from '../support/fuzz/graphql-requests.js';
import { type FuzzTarget, openFuzzTarget } from '../support/fuzz/target.js';

describe('fuzz/graphql', () => {
  let target: FuzzTarget;
  beforeAll(async () => {
    target = await openFuzzTarget();
  });
  beforeEach(() => target.reset());
  afterAll(() => target.close());

  describe(`whatever is sent in GraphQL (FUZZ_SEED=${seed}), the answer is described, no 5xx, and tells nothing of the inside:`, () => {
    it(
      'documents that the SDL allows',
      async () => {
        await fuzz(validRequests, 250, target.send);
      },
      fuzzTimeoutMs,
    );

    it(
      'documents, variables and JSON that are broken',
      async () => {
        await fuzz(brokenRequests, 250, target.send);
      },
      fuzzTimeoutMs,
    );
  });
});
