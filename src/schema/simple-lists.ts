import type { ObjectRef } from '@pothos/core';
import { type BuilderTypes, builder } from './builder.js';

/** What the types of a list are called, and their example. */
export interface ListNames {
  /** Begins the name of each type, such as `Task`. */
  readonly type: string;
  /** The items in a sentence, such as `tasks`. */
  readonly items: string;
  /** The example of an item. */
  readonly example: object;
}

/** A list without pages. */
interface List<Item> {
  readonly data: readonly Item[];
  readonly count: number;
}

/** Makes a list of its items. */
export const listOf = <Item>(data: readonly Item[]): List<Item> => ({ data, count: data.length });

/** Creates the type of a list without pages. @param names of the list. @param item the type of its items. */
export const createSimpleListType = <Item>({ type, items, example }: ListNames, item: ObjectRef<BuilderTypes, Item>) =>
  builder.objectRef<List<Item>>(`${type}List`).implement({
    description: `Your ${items}.`,
    extensions: { example: { data: [example], count: 1 } },
    fields: (t) => ({
      data: t.field({ type: [item], description: `The ${items}.`, resolve: ({ data }) => data }),
      count: t.int({ description: `Number of ${items}.`, resolve: ({ count }) => count }),
    }),
  });
