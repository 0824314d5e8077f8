import { afterAll, beforeAll, beforeEach, describe, it } from '@jest/globals';
import { fuzz, fuzzTimeoutMs, seed } from '../support/fuzz/fuzz.js';
import { restRequests } from '../support/fuzz/rest-requests.js';
import { type FuzzTarget, openFuzzTarget } from '../support/fuzz/target.js';

describe('fuzz/rest', () => {
  let target: FuzzTarget;
  beforeAll(async () => {
    target = await openFuzzTarget();
  });
  beforeEach(() => target.reset());
  afterAll(() => target.close());

  describe(`whatever is sent in REST (FUZZ_SEED=${seed}), the answer is described, no 5xx, and tells nothing of the inside:`, () => {
    it.each(restRequests)(
      '%s',
      async (_, requests) => {
        await fuzz(requests, 40, target.send);
      },
      fuzzTimeoutMs,
    );
  });
});
