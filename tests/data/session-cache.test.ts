import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createSessionCache, type SessionCache } from '../../src/accounts/sessions/session-cache.js';

describe('the session cache', () => {
  interface Row {
    readonly id: string;
    readonly userId: string;
    readonly lifeMs: number;
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
    rows = viewers.map(({ userId, sessionId }) => ({ id: sessionId, userId, lifeMs: 3_600_000 }));
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

  describe('with a session in use', () => {
    it('refreshes it before it expires, in one query with all others', async () => {
      for (const viewer of viewers) expect(await cache.isLive(viewer)).toBe(true);
      asked = [];
      await pass(5_000);
      expect(new Set(asked.map((ids) => ids.join()))).toEqual(new Set(['a,b,c']));
      // At once, not as a promise.
      for (const viewer of viewers) expect(cache.isLive(viewer)).toBe(true);
    });

    it('does not accept another user for it', async () => {
      expect(await cache.isLive(ada)).toBe(true);
      await pass(5_000);
      expect(cache.isLive({ ...ada, userId: 'user_b' })).toBe(false);
    });

    it('stops refreshing it after 30 s without a request, and resumes at the next request', async () => {
      await cache.isLive(ada);
      await pass(31_000);
      asked = [];
      await pass(60_000);
      expect(asked).toEqual([]);
      expect(await cache.isLive(ada)).toBe(true);
      await pass(1_000);
      expect(asked.length).toBeGreaterThan(1);
    });

    it('rejects it within a second after it ended on another process, with or without requests in between', async () => {
      await cache.isLive(ada);
      await pass(5_000);
      rows = [];
      await pass(1_000);
      expect(await cache.isLive(ada)).toBe(false);
      asked = [];
      await pass(5_000);
      expect(asked).toEqual([]);
    });

    it('keeps it ended when an older query result arrives later', async () => {
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

    it('queries it for the request when a refresh failed, and the request receives the failure', async () => {
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

    it('measures its age from the start of the query, not from its result', async () => {
      answer = () => new Promise((resolve) => setTimeout(() => resolve(rows), 900));
      const looked = cache.isLive(ada);
      await pass(900);
      expect(await looked).toBe(true);
      expect(cache.isLive(ada)).toBeInstanceOf(Promise);
    });
  });
});
