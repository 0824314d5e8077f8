import type { ObjectRef } from '@pothos/core';
import { expectedRows, pageLimits } from '../core/page.js';
import type { Columns } from '../db/table.js';
import type { Connection, Edge } from '../lists/connection.js';
import type { ListDefinition } from '../lists/definition.js';
import type { Page } from '../lists/pages.js';
import { searchTerm } from '../lists/search.js';
import { type BuilderTypes, builder, textComplexity } from './builder.js';
import type { ListNames } from './simple-lists.js';

const totalDescription = 'Total number of matches. Counted only if selected; slow on very long lists.';
const bounds = `1–${pageLimits.max}`;

/** A cursor is base64url of JSON with the text that the list is sorted by: 1,640 bytes for a title of 200 control characters. */
const cursorComplexity = textComplexity(300);

const PageInfoType = builder.objectRef<Connection<unknown>>('PageInfo').implement({
  description: 'Position of a page within a connection (Cursor Connections Specification, section 5).',
  fields: (t) => ({
    hasNextPage: t.boolean({ description: 'Whether more items follow.', resolve: (connection) => connection.hasNextPage() }),
    hasPreviousPage: t.boolean({
      description: 'Whether there are items before this page.',
      resolve: (connection) => connection.hasPreviousPage(),
    }),
    startCursor: t.string({
      nullable: true,
      description: 'Cursor of the first edge.',
      complexity: cursorComplexity,
      resolve: ({ edges }) => edges[0]?.cursor,
    }),
    endCursor: t.string({
      nullable: true,
      description: 'Cursor of the last edge.',
      complexity: cursorComplexity,
      resolve: ({ edges }) => edges.at(-1)?.cursor,
    }),
  }),
});

/** Creates the type of a page by number. @param names of the list. @param item the type of its items. */
export const createPageType = <Item>({ type, items, example }: ListNames, item: ObjectRef<BuilderTypes, Item>) =>
  builder.objectRef<Page<Item>>(`${type}Page`).implement({
    description: `One page of ${items}, by page number.`,
    extensions: { example: { data: [example], count: 1, total: 1, page: 1, limit: pageLimits.defaultLimit } },
    fields: (t) => ({
      data: t.field({ type: [item], description: `The ${items} on this page.`, resolve: ({ data }) => data }),
      count: t.int({ description: `Number of ${items} on this page.`, resolve: ({ count }) => count }),
      total: t.int({
        description: totalDescription,
        extensions: {
          rest: 'optional',
          parameter: '`false` omits `total` and the last page in `Link`: nothing is counted then.',
        },
        // It is selected, so it was counted.
        resolve: ({ total }) => total as number,
      }),
      page: t.int({ description: 'Page number, starting at 1.', resolve: ({ page }) => page }),
      limit: t.int({ description: 'Maximum number of items on a page.', resolve: ({ limit }) => limit }),
    }),
  });

/** Creates the types of a connection and its edges. @param names of the list. @param item the type of its items. */
export function createConnectionType<Item>({ type, items }: ListNames, item: ObjectRef<BuilderTypes, Item>) {
  const EdgeType = builder.objectRef<Edge<Item>>(`${type}Edge`).implement({
    description: `One of the ${items} in a connection, and its cursor.`,
    fields: (t) => ({
      node: t.expose('node', { type: item, description: 'The item.' }),
      cursor: t.string({
        description: 'Its position, for `after` and `before`.',
        complexity: cursorComplexity,
        resolve: ({ cursor }) => cursor,
      }),
    }),
  });
  return builder.objectRef<Connection<Item>>(`${type}Connection`).implement({
    description: `A page of ${items} by cursor. Every page costs the same, however deep.`,
    fields: (t) => ({
      edges: t.field({ type: [EdgeType], description: `The ${items} and their cursors.`, resolve: ({ edges }) => edges }),
      pageInfo: t.field({ type: PageInfoType, description: 'Position of this page.', resolve: (connection) => connection }),
      totalCount: t.int({ description: totalDescription, resolve: (connection) => connection.totalCount() }),
    }),
  });
}

/** `-created_at` → `CREATED_AT_DESC`. */
const sortName = (sort: string): string => `${sort.replace('-', '').toUpperCase()}_${sort.startsWith('-') ? 'DESC' : 'ASC'}`;

/** Creates the enum of the orders of a list. */
export function createSortType<Sort extends string>(
  { type, items }: ListNames,
  list: Pick<ListDefinition<Columns, Sort, string>, 'sorts' | 'orders'>,
) {
  const values = list.sorts.map((sort) => {
    const order = list.orders.get(sort);
    const ties = order?.key === 'id' ? '.' : `; ties are ordered by ${order?.isDescending ? 'descending' : 'ascending'} id.`;
    const nulls = order?.column.isNullable ? `, those without one ${order.isDescending ? 'first' : 'last'}` : '';
    return [sortName(sort), { value: sort, description: `${order?.description}${nulls}${ties}` }] as const;
  });
  return builder.enumType(`${type}Sort`, { description: `Sort order of ${items}.`, values: Object.fromEntries(values) });
}

/** Creates the arguments of a page by number. @param connection the root field that has the same list by cursor. */
export const pageArgs = (connection: string) =>
  builder.args((t) => ({
    page: t.int({
      description: `Page number, starting at 1. Distant pages are slower; use \`${connection}\` for deep paging.`,
      extensions: { jsonSchema: { minimum: 1, maximum: pageLimits.maxPage, default: 1 } },
    }),
    limit: t.int({
      description: `Maximum number of items on a page, ${bounds}. Defaults to ${pageLimits.defaultLimit}.`,
      extensions: { jsonSchema: { minimum: 1, maximum: pageLimits.max, default: pageLimits.defaultLimit } },
    }),
  }));

/** The arguments of a connection. */
export const connectionArgs = builder.args((t) => ({
  first: t.int({
    description: `Number of items to return from the start, ${bounds}. Defaults to ${pageLimits.defaultFirst} if neither \`first\` nor \`last\` is given.`,
  }),
  after: t.string({ description: 'Returns only items after this cursor.' }),
  last: t.int({ description: `Number of items to return from the end, ${bounds}.` }),
  before: t.string({ description: 'Returns only items before this cursor.' }),
}));

/** The extensions of an argument `search`. */
export const searchExtensions = { rule: searchTerm.shape.search } as const;

/** The complexity of a page: its items count as often as they may be returned. */
export const pageComplexity = ({ limit }: { limit?: number | null }) => ({
  field: 1,
  multiplier: expectedRows(limit, pageLimits.defaultLimit),
});

/** The complexity of a connection, also when its arguments are variables. */
export const connectionComplexity = ({ first, last }: { first?: number | null; last?: number | null }) => ({
  field: 1,
  multiplier: expectedRows(first ?? last, pageLimits.defaultFirst),
});
