import { describe, expect, it } from '@jest/globals';
import { createBatching } from '../../src/core/batching.js';

describe('data/batching', () => {
  const tick = () => new Promise((resolve) => setImmediate(resolve));

  describe('batching', () => {
    it('reads a key that is alone by itself, and those that come together in one go, each with its own value', async () => {
      const calls: unknown[] = [];
      const read = createBatching(
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

    it('has two batches under way at most; what arrives meanwhile leaves together', async () => {
      const batches: number[][] = [];
      const waiting: (() => void)[] = [];
      const hold = <T>(value: T) => new Promise<T>((resolve) => waiting.push(() => resolve(value)));
      const read = createBatching(
        (key: number) => {
          batches.push([key]);
          return hold(key);
        },
        (keys) => {
          batches.push([...keys]);
          return hold([...keys]);
        },
      );
      const values = [];
      for (const key of [1, 2, 3, 4, 5]) {
        values.push(read(key));
        await tick();
      }
      expect(batches).toEqual([[1], [2]]);
      while (waiting.length > 0) {
        waiting.shift()?.();
        await tick();
        await tick();
      }
      expect(await Promise.all(values)).toEqual([1, 2, 3, 4, 5]);
      expect(batches).toEqual([[1], [2], [3, 4, 5]]);
    });

    it('takes fifty keys to a batch at most', async () => {
      const sizes: number[] = [];
      const read = createBatching(
        async (key: number) => key,
        async (keys) => {
          sizes.push(keys.length);
          return keys;
        },
      );
      await Promise.all(Array.from({ length: 120 }, (_, n) => read(n)));
      expect(sizes).toEqual([50, 50, 20]);
    });

    it('tries the keys of a failed batch one by one, so that only the guilty one fails', async () => {
      const read = createBatching(
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
  });
});
