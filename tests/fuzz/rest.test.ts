import { afterAll, beforeAll, beforeEach, describe, it } from '@jest/globals';
import { fuzz, fuzzTimeoutMs, seed } from '../support/fuzz/fuzz.js';
import { restRequests } from '../support/fuzz/rest-requests.js';
import { type FuzzTarget, openFuzzTarget } from '../support/fuzz/target.js';

describe('a random REST request', () => {
  let target: FuzzTarget;
  beforeAll(async () => {
    target = await openFuzzTarget();
  });
  beforeEach(() => target.reset());
  afterAll(() => target.close());

  describe(`(FUZZ_SEED=${seed}) returns a documented response, no 5xx and no internal details:`, () => {
    it.each(restRequests)(
      '%s',
      async (_, requests) => {
        await fuzz(requests, 40, target.send);
      },
      fuzzTimeoutMs,
    );
  });
});
