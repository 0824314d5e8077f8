import type { ObjectRef, SchemaTypes } from '@pothos/core';
import { builder } from './builder.js';

type Types = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer T extends SchemaTypes> ? T : never;

/** A list without pages. */
interface List<Item> {
  readonly data: readonly Item[];
  readonly count: number;
}

/** Makes a list of its items. */
export const listOf = <Item>(data: readonly Item[]): List<Item> => ({ data, count: data.length });

interface ListNames {
  /** Begins the name of the type, such as `Session`. */
  readonly type: string;
  /** The items in a sentence, such as `sessions`. */
  readonly items: string;
  /** The example of an item. */
  readonly example: object;
}

/** Creates the type of a list without pages. @param names of the list. @param item the type of its items. */
export const createSimpleListType = <Item>({ type, items, example }: ListNames, item: ObjectRef<Types, Item>) =>
  builder.objectRef<List<Item>>(`${type}List`).implement({
    description: `Your ${items}.`,
    extensions: { example: { data: [example], count: 1 } },
    fields: (t) => ({
      data: t.field({ type: [item], description: `The ${items}.`, resolve: ({ data }) => data }),
      count: t.int({ description: `Number of ${items}.`, resolve: ({ count }) => count }),
    }),
  });
