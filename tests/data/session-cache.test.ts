import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createSessionCache, type SessionCache } from '../../src/accounts/session-cache.js';

describe('data/session-cache', () => {
  interface Row {
    readonly id: string;
    readonly userId: string;
  }
  const viewers = ['a', 'b', 'c'].map((id) => ({ userId: `user_${id}`, sessionId: id }));
  const [ada] = viewers as [(typeof viewers)[number]];

  let rows: Row[];
  /** The ids of each statement. */
  let asked: string[][];
  let answer: (ids: string[]) => Promise<Row[]>;
  let cache: SessionCache;
  beforeEach(() => {
    // The cache keeps time by the one, the renewal by the other.
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'Date'] });
    rows = viewers.map(({ userId, sessionId }) => ({ id: sessionId, userId }));
    asked = [];
    answer = async (ids) => rows.filter(({ id }) => ids.includes(id));
    const query = (_text: string, [ids]: readonly unknown[]) => {
      asked.push([...(ids as string[])].sort());
      return answer(ids as string[]);
    };
    cache = createSessionCache({ query: query as never });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  /** Time goes by, and what is due happens. */
  const pass = (milliseconds: number) => jest.advanceTimersByTimeAsync(milliseconds);

  describe('a session in use', () => {
    it('is asked for ahead of its requests, together with all others: they find it known', async () => {
      for (const viewer of viewers) expect(await cache.isLive(viewer)).toBe(true);
      asked = [];
      await pass(5_000);
      expect(new Set(asked.map((ids) => ids.join()))).toEqual(new Set(['a,b,c']));
      // At once, not as a promise.
      for (const viewer of viewers) expect(cache.isLive(viewer)).toBe(true);
    });

    it('belongs to its own person still', async () => {
      expect(await cache.isLive(ada)).toBe(true);
      await pass(5_000);
      expect(cache.isLive({ ...ada, userId: 'user_b' })).toBe(false);
    });

    it('is not asked for any more once nobody has come with it for half a minute, and is again when somebody does', async () => {
      await cache.isLive(ada);
      await pass(31_000);
      asked = [];
      await pass(60_000);
      expect(asked).toEqual([]);
      expect(await cache.isLive(ada)).toBe(true);
      await pass(1_000);
      expect(asked.length).toBeGreaterThan(1);
    });

    it('that ended on another process is refused within a second, whether or not it is asked for meanwhile', async () => {
      await cache.isLive(ada);
      await pass(5_000);
      rows = [];
      await pass(1_000);
      expect(await cache.isLive(ada)).toBe(false);
      asked = [];
      await pass(5_000);
      expect(asked).toEqual([['a']]);
    });

    it('that ended here stays so when an earlier answer comes late', async () => {
      await cache.isLive(ada);
      let arrive = () => {};
      answer = (ids) =>
        new Promise((resolve) => {
          arrive = () => resolve(rows.filter(({ id }) => ids.includes(id)));
        });
      await pass(400);
      cache.markEnded(['a']);
      arrive();
      await pass(0);
      expect(cache.isLive(ada)).toBe(false);
    });

    it('is asked for by its request when nobody could tell in time: the failure is the request’s', async () => {
      await cache.isLive(ada);
      answer = async () => {
        throw new Error('out of reach');
      };
      await pass(700);
      expect(cache.isLive(ada)).toBe(true);
      await pass(800);
      await expect(cache.isLive(ada)).rejects.toThrow('out of reach');
      answer = async () => rows;
      await pass(400);
      expect(cache.isLive(ada)).toBe(true);
    });

    it('counts from when it was asked for, not from when the answer came', async () => {
      answer = () => new Promise((resolve) => setTimeout(() => resolve(rows), 900));
      const looked = cache.isLive(ada);
      await pass(900);
      expect(await looked).toBe(true);
      expect(cache.isLive(ada)).toBeInstanceOf(Promise);
    });
  });
});
