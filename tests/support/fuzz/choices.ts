/**
 * A row of numbers that decides one thing after the other. When it ends, the first of everything is chosen: so a
 * shorter row makes something simpler, and fast-check shrinks whatever is built this way.
 */
export interface Choices {
  /** A number from 0 to `count` - 1. */
  below(count: number): number;
  /** True once in so many times. */
  oneIn(count: number): boolean;
  pick<T>(options: readonly T[]): T;
}

/** Reads choices from numbers. */
export function choicesOf(numbers: readonly number[]): Choices {
  let next = 0;
  const below = (count: number) => (numbers[next++] ?? 0) % count;
  return {
    below,
    // The last of them, so that nothing is left to mean no.
    oneIn: (count) => below(count) === count - 1,
    pick: <T>(options: readonly T[]) => {
      const chosen = options[below(options.length)];
      if (chosen === undefined) throw new Error('there is nothing to choose from');
      return chosen;
    },
  };
}
