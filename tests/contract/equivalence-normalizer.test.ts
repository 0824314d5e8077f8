import { describe, expect, it } from '@jest/globals';
import { newFixtures } from '../support/equivalence/fixtures.js';
import { Normalizer } from '../support/equivalence/normalizer.js';

describe('the equivalence normalizer', () => {
  const futureDate = '2030-01-02T03:04:05.678Z';

  /** Normalizes the answer to one step. */
  async function normalize(args: unknown, answer: () => unknown): Promise<unknown> {
    const normalizer = new Normalizer(await newFixtures());
    await normalizer.begin(args);
    return normalizer.end(answer());
  }

  it('replaces a time that the server wrote with the step in which it was written', async () => {
    expect(await normalize({}, () => ({ created_at: new Date().toISOString() }))).toEqual({ created_at: '‹step 1›' });
  });

  it('keeps a date that the client sent, so that two different dates differ', async () => {
    expect(await normalize({ input: { title: futureDate } }, () => ({ title: futureDate }))).toEqual({ title: futureDate });
  });

  it('keeps a date that the client sent in another notation of the same moment', async () => {
    expect(await normalize({ input: { due: '2030-01-02T04:04:05.678+01:00' } }, () => ({ due: futureDate }))).toEqual({
      due: futureDate,
    });
  });

  it('keeps a text of the client that looks like an id of the server', async () => {
    const text = '0123456789abcdef0123456789abcdef';
    expect(await normalize({ input: { title: ` ${text} ` } }, () => ({ title: text }))).toEqual({ title: text });
    expect(await normalize({}, () => ({ id: text }))).toEqual({ id: '‹session 1›' });
  });
});
