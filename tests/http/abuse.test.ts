import { describe, expect, it } from '@jest/globals';
import { abuses } from '../../abuse/abuses.js';
import { violations } from '../../abuse/report.js';
import { runTrial } from '../../abuse/trial.js';
import { maxP95Ms, useTarget } from '../support/abuse.js';

describe('the server answers abuse with 4xx or a closed connection, keeps its memory, and serves others:', () => {
  const target = useTarget();

  it.each(abuses.filter(({ isSlow }) => !isSlow).map((abuse) => [abuse.description, abuse] as const))('%s', async (_, abuse) => {
    expect(violations(await runTrial([abuse], target()), maxP95Ms)).toEqual([]);
  });
});
