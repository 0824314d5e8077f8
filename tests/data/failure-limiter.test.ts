import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AppError } from '../../src/core/errors.js';
import type { FailureLimiter } from '../../src/rate-limits/failure-limiter.js';
import { createRateLimiters } from '../../src/rate-limits/rate-limiters.js';

describe('the failure limiter', () => {
  let limiter: FailureLimiter;
  let log: string[];
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    limiter = createRateLimiters().failures('test', { points: 2, seconds: 60 });
    log = [];
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const settle = () => new Promise((resolve) => setImmediate(resolve));
  /** Starts an attempt that ends when told to. */
  function start(name: string, key = 'ada') {
    let end: (succeeded: boolean | Error) => void = () => {};
    const attempt = limiter
      .attempt(key, () => {
        log.push(`${name} runs`);
        return new Promise<boolean>((resolve, reject) => {
          end = (outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome));
        });
      })
      .then(
        (succeeded) => `${name} ${succeeded ? 'succeeds' : 'fails'}`,
        (error) => `${name} ${error instanceof AppError ? error.code : error.message}`,
      )
      .then((outcome) => {
        log.push(outcome);
      });
    return { attempt, end: (outcome: boolean | Error) => end(outcome) };
  }

  it('runs as many concurrent attempts as may fail, and the next in order of arrival when one succeeds', async () => {
    const [a, b, c, d] = [start('a'), start('b'), start('c'), start('d')];
    await settle();
    expect(log).toEqual(['a runs', 'b runs']);
    b.end(true);
    await settle();
    expect(log.slice(2)).toEqual(['c runs', 'b succeeds']);
    // Comes late, and waits behind d.
    const e = start('e');
    c.end(true);
    await settle();
    expect(log.slice(4)).toEqual(['d runs', 'c succeeds']);
    for (const { end } of [a, d]) end(true);
    await settle();
    e.end(true);
    await settle();
    expect(log.slice(6).sort()).toEqual(['a succeeds', 'd succeeds', 'e runs', 'e succeeds']);
  });

  it('rejects waiting attempts when the last attempt in flight fails, and later attempts at once', async () => {
    const [a, b] = [start('a'), start('b')];
    start('c');
    await settle();
    a.end(false);
    await settle();
    expect(log).toEqual(['a runs', 'b runs', 'a fails']);
    b.end(false);
    await settle();
    expect(log.slice(3).sort()).toEqual(['b fails', 'c RATE_LIMITED']);
    start('d');
    await settle();
    expect(log.at(-1)).toBe('d RATE_LIMITED');
  });

  it('does not count an attempt that throws', async () => {
    for (const name of ['a', 'b', 'c', 'd']) {
      const { end } = start(name);
      await settle();
      end(new Error('overloaded'));
      await settle();
    }
    expect(log.filter((line) => line.endsWith('overloaded'))).toHaveLength(4);
  });

  it('counts each key separately', async () => {
    for (const name of ['a', 'b']) {
      const { end } = start(name);
      await settle();
      end(false);
      await settle();
    }
    start('c', 'bob');
    await settle();
    expect(log.at(-1)).toBe('c runs');
  });

  it('lets an attempt wait for at most 5 s, and at most 100 attempts wait', async () => {
    const [a] = [start('a'), start('b')];
    const waiting = Array.from({ length: 101 }, (_, n) => start(`w${n}`));
    await settle();
    expect(log.slice(2)).toEqual(['w100 RATE_LIMITED']);
    await jest.advanceTimersByTimeAsync(5_000);
    await Promise.all(waiting.map(({ attempt }) => attempt));
    expect(log.filter((line) => line.endsWith('RATE_LIMITED'))).toHaveLength(101);
    a?.end(true);
    await settle();
    start('c');
    await settle();
    expect(log.at(-1)).toBe('c runs');
  });

  it('returns a point after its window, and never counts below zero', async () => {
    const [a, b] = [start('a'), start('b')];
    await settle();
    await jest.advanceTimersByTimeAsync(61_000);
    for (const { end } of [a, b]) end(true);
    await settle();
    const later = [start('c'), start('d'), start('e')];
    await settle();
    expect(log.filter((line) => /^[cde] runs/.test(line))).toEqual(['c runs', 'd runs']);
    for (const { end } of later) end(false);
  });
});
