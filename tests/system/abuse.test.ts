import { describe, expect, it } from '@jest/globals';
import { abuses } from '../../abuse/abuses.js';
import { violations } from '../../abuse/report.js';
import { runTrial } from '../../abuse/trial.js';
import { maxP95Ms, useTarget } from '../support/abuse.js';

describe('the server answers abuse with 4xx or a closed connection, keeps its memory, and serves others:', () => {
  const target = useTarget();

  it('slow header sections, slow bodies and 10,000 idle connections at once', async () => {
    const waiting = abuses.filter(({ name }) => /^(slow|idle)-/.test(name));
    expect(waiting).toHaveLength(3);
    expect(violations(await runTrial(waiting, target()), maxP95Ms)).toEqual([]);
  });
});
