import { afterAll, beforeAll, beforeEach, describe, it } from '@jest/globals';
import { fuzz, fuzzTimeoutMs, seed } from '../support/fuzz/fuzz.js';
import { brokenRequests, validRequests } from '../support/fuzz/graphql-requests.js';
import { type FuzzTarget, openFuzzTarget } from '../support/fuzz/target.js';

describe('a random GraphQL request', () => {
  let target: FuzzTarget;
  beforeAll(async () => {
    target = await openFuzzTarget();
  });
  beforeEach(() => target.reset());
  afterAll(() => target.close());

  describe(`(FUZZ_SEED=${seed}) returns a documented response, no 5xx and no internal details:`, () => {
    it(
      'documents that the SDL allows',
      async () => {
        await fuzz(validRequests, 250, target.send);
      },
      fuzzTimeoutMs,
    );

    it(
      'invalid documents, variables and JSON',
      async () => {
        await fuzz(brokenRequests, 250, target.send);
      },
      fuzzTimeoutMs,
    );
  });
});
