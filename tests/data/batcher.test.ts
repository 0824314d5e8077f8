import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createBatcher } from '../../src/db/batcher.js';

describe('the batcher', () => {
  const tick = () => new Promise((resolve) => setImmediate(resolve));

  describe('created by createBatcher', () => {
    it('reads a single key alone and simultaneous keys in one batch, and returns each key’s value', async () => {
      const calls: unknown[] = [];
      const read = createBatcher(
        async (key: number) => {
          calls.push(key);
          return key * 2;
        },
        async (keys) => {
          calls.push([...keys]);
          return keys.map((key) => key * 2);
        },
      );
      expect(await read(1)).toBe(2);
      expect(await Promise.all([2, 3, 4].map(read))).toEqual([4, 6, 8]);
      expect(calls).toEqual([1, [2, 3, 4]]);
    });

    describe('with batches in flight', () => {
      let batches: number[][];
      let waiting: (() => void)[];
      let read: (key: number) => Promise<number>;
      let clock: jest.SpiedFunction<typeof performance.now>;
      beforeEach(() => {
        [batches, waiting] = [[], []];
        clock = jest.spyOn(performance, 'now').mockReturnValue(1_000);
        const hold = <T>(keys: readonly number[], value: T) => {
          batches.push([...keys]);
          return new Promise<T>((resolve) => waiting.push(() => resolve(value)));
        };
        read = createBatcher(
          (key: number) => hold([key], key),
          (keys) => hold(keys, [...keys]),
        );
      });
      afterEach(() => {
        clock.mockRestore();
      });

      /** Reads keys, each a moment after the one before. */
      async function arrive(...keys: number[]): Promise<Promise<number>[]> {
        const values: Promise<number>[] = [];
        for (const key of keys) {
          values.push(read(key));
          await tick();
        }
        return values;
      }

      async function finish(): Promise<void> {
        while (waiting.length > 0) {
          waiting.shift()?.();
          await tick();
          await tick();
        }
      }

      it('runs at most two at a time, and collects later keys into the next batch', async () => {
        const values = await arrive(1, 2, 3, 4, 5);
        expect(batches).toEqual([[1], [2]]);
        await finish();
        expect(await Promise.all(values)).toEqual([1, 2, 3, 4, 5]);
        expect(batches).toEqual([[1], [2], [3, 4, 5]]);
      });

      it('runs three when round trips are slow: when the last batch left more than 20 ms ago', async () => {
        const values = await arrive(1, 2, 3);
        clock.mockReturnValue(1_021);
        values.push(...(await arrive(4, 5)));
        clock.mockReturnValue(2_000);
        values.push(...(await arrive(6)));
        expect(batches).toEqual([[1], [2], [3, 4]]);
        await finish();
        expect(await Promise.all(values)).toEqual([1, 2, 3, 4, 5, 6]);
        expect(batches).toEqual([[1], [2], [3, 4], [5, 6]]);
      });
    });

    it('puts at most fifty keys into a batch', async () => {
      const sizes: number[] = [];
      const read = createBatcher(
        async (key: number) => key,
        async (keys) => {
          sizes.push(keys.length);
          return keys;
        },
      );
      await Promise.all(Array.from({ length: 120 }, (_, n) => read(n)));
      expect(sizes).toEqual([50, 50, 20]);
    });

    it('retries the keys of a failed batch one by one, so that only the faulty key fails', async () => {
      const read = createBatcher(
        async (key: string) => {
          if (key === 'bad') throw new Error('bad key');
          return key;
        },
        async () => {
          throw new Error('bad batch');
        },
      );
      const settled = await Promise.allSettled(['a', 'bad', 'b'].map(read));
      expect(settled.map((each) => (each.status === 'fulfilled' ? each.value : each.reason.message))).toEqual([
        'a',
        'bad key',
        'b',
      ]);
    });

    describe('for writes', () => {
      class Undone extends Error {}
      const isSafeToRetry = (error: unknown) => error instanceof Undone;

      it('leaves a key that conflicts with one in the batch for the next batch', async () => {
        const batches: string[][] = [];
        const toggle = createBatcher(
          async (key: string) => {
            batches.push([key]);
            return batches.length;
          },
          async (keys) => {
            batches.push([...keys]);
            return keys.map(() => batches.length);
          },
          { conflictKey: (key) => key },
        );
        expect(await Promise.all(['a', 'b', 'a', 'a', 'c'].map(toggle))).toEqual([1, 1, 2, 3, 1]);
        expect(batches).toEqual([['a', 'b', 'c'], ['a'], ['a']]);
      });

      it('retries a batch key by key only when the batch changed nothing', async () => {
        const alone: string[] = [];
        const failing = (error: Error) =>
          createBatcher(
            async (key: string) => alone.push(key),
            async () => {
              throw error;
            },
            { isSafeToRetry },
          );
        expect(await Promise.all(['a', 'b'].map(failing(new Undone())))).toEqual([1, 2]);
        const lost = new Error('connection lost');
        const settled = await Promise.allSettled(['c', 'd'].map(failing(lost)));
        expect(settled).toEqual(['c', 'd'].map(() => ({ status: 'rejected', reason: lost })));
        expect(alone).toEqual(['a', 'b']);
      });
    });
  });
});
