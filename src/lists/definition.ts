import type { Column, Columns, Table } from '../db/table.js';

/** An order, as REST spells it: the name of a column, with `-` in front for descending. */
export type SortOrder<Name extends string = string> = Name | `-${Name}`;

/** How the two directions of a column are described in the schema. */
interface SortTexts {
  readonly ascending: string;
  readonly descending: string;
}

interface Definition<C extends Columns, Sorted extends keyof C & string, Filter extends keyof C & string> {
  readonly table: Table<C>;
  /** The column of the owner: a list never shows rows of another. */
  readonly owner: keyof C & string;
  /** The columns that lead an order. Ties are ordered by id in the same direction. */
  readonly sorted: Readonly<Record<Sorted, SortTexts>>;
  readonly defaultSort: SortOrder<C[Sorted]['name']>;
  /** The columns that are filtered by equality. */
  readonly filters: readonly Filter[];
  /** The columns of text that `search` looks in. */
  readonly searched: readonly (keyof C & string)[];
}

/** What the lists of a noun are made of. */
export interface ListDefinition<C extends Columns, Sort extends string, Filter extends string> {
  readonly table: Table<C>;
  readonly owner: Column;
  /** Every order. */
  readonly sorts: readonly Sort[];
  readonly defaultSort: Sort;
  readonly orders: ReadonlyMap<string, Order>;
  readonly filters: ReadonlyMap<Filter, Column>;
  readonly searched: readonly Column[];
}

/** An order of rows. */
export interface Order {
  readonly name: string;
  /** The key of the column in a row. */
  readonly key: string;
  readonly column: Column;
  readonly id: Column;
  readonly isDescending: boolean;
  readonly description: string;
}

/** The arguments of a list that say which rows it shows and in which order; null and absent mean no filter and the default order. */
export type ListArguments<Sort extends string, Filter extends string> = {
  readonly [Name in Filter]?: string | number | null;
} & { readonly search?: string | null; readonly sort?: Sort | null };

/** Defines the lists of a noun; its table needs a column `id`. */
export function defineList<C extends Columns, Sorted extends keyof C & string, const Filter extends keyof C & string>({
  table,
  owner,
  sorted,
  defaultSort,
  filters,
  searched,
}: Definition<C, Sorted, Filter>): ListDefinition<C, SortOrder<C[Sorted]['name']>, Filter> {
  const columnOf = (key: string): Column => {
    const column = table.columns[key];
    if (!column) throw new Error(`${table.name} has no column ${key}`);
    return column;
  };
  const orders = Object.entries<SortTexts>(sorted).flatMap(([key, texts]) => {
    const shared = { key, column: columnOf(key), id: columnOf('id') };
    return [
      { ...shared, name: `-${shared.column.name}`, isDescending: true, description: texts.descending },
      { ...shared, name: shared.column.name, isDescending: false, description: texts.ascending },
    ];
  });
  return {
    table,
    owner: columnOf(owner),
    sorts: orders.map(({ name }) => name) as SortOrder<C[Sorted]['name']>[],
    defaultSort,
    orders: new Map(orders.map((order) => [order.name, order])),
    filters: new Map(filters.map((key) => [key, columnOf(key)])),
    searched: searched.map(columnOf),
  };
}
