import { type Column, type Columns, sqlType } from '../db/table.js';
import type { ListDefinition, Order } from './definition.js';

/** Finds an order by its name. */
export function orderOf<C extends Columns, Sort extends string>(
  { orders, defaultSort }: Pick<ListDefinition<C, Sort, string>, 'orders' | 'defaultSort'>,
  sort: Sort | null | undefined,
): Order {
  const order = orders.get(sort ?? defaultSort);
  if (!order) throw new Error(`There is no order ${sort}`);
  return order;
}

/** Whether the id alone makes an order. */
export const isById = ({ key }: Order): boolean => key === 'id';

/** Text is ordered by code point, as its index is, on every machine alike (docs/decisions/one-order-on-every-machine.md). */
const collated = (expression: string, { type }: Column): string => (type === 'text' ? `${expression} COLLATE "C"` : expression);

/**
 * Writes an `ORDER BY` list. Null counts as the highest value: last in ascending, first in descending order. That is the default
 * of PostgreSQL, so that one index serves both directions.
 * @param expression writes a column, such as `table.column`.
 * @param isReversed reads the order from its end.
 */
export function orderBy(order: Order, expression: (column: Column, key: string) => string, isReversed = false): string {
  const direction = order.isDescending === isReversed ? 'ASC' : 'DESC';
  const id = `${collated(expression(order.id, 'id'), order.id)} ${direction}`;
  return isById(order) ? id : `${collated(expression(order.column, order.key), order.column)} ${direction}, ${id}`;
}

/** The place of a row in an order. */
export interface Position {
  /** The value of the column that leads the order; not used when that is the id. */
  readonly value: string | number | null;
  readonly id: string | number;
}

/** One end of a window. */
export interface Bound {
  /** Whether the rows `after` or `before` the position are wanted. */
  readonly side: 'after' | 'before';
  readonly position: Position;
  /** Counts the row at the position in. */
  readonly isInclusive?: boolean;
}

/**
 * Writes the conditions on rows within bounds. Rows are compared with a position by one row value, so that the index leads
 * there. No comparison holds for null: a nullable column has a part of values and a part of nulls, each with a condition of its own.
 * @param values the statement's values; the positions' are appended.
 * @returns one condition for each part that has rows within the bounds; together they are the window.
 */
export function windowConditions(order: Order, table: string, bounds: readonly Bound[], values: unknown[]): string[] {
  if (!order.column.isNullable) return [bounds.map((bound) => compareValue(order, table, bound, values)).join(' AND ')];
  const parts = order.isDescending ? (['nulls', 'values'] as const) : (['values', 'nulls'] as const);
  const indexOf = ({ position }: Bound): number => parts.indexOf(position.value === null ? 'nulls' : 'values');
  return parts.flatMap((part, index) => {
    if (bounds.some((bound) => (bound.side === 'after' ? indexOf(bound) > index : indexOf(bound) < index))) return [];
    const compare = part === 'nulls' ? compareId : compareValue;
    const comparisons = bounds.filter((bound) => indexOf(bound) === index).map((bound) => compare(order, table, bound, values));
    return [[`${table}.${order.column.name} IS ${part === 'nulls' ? '' : 'NOT '}NULL`, ...comparisons].join(' AND ')];
  });
}

function operatorOf({ isDescending }: Order, { side, isInclusive }: Bound): string {
  return ((side === 'after') === isDescending ? '<' : '>') + (isInclusive ? '=' : '');
}

function compareId(order: Order, table: string, bound: Bound, values: unknown[]): string {
  return `${inTable(table, order.id)} ${operatorOf(order, bound)} ${parameter(bound.position.id, order.id, values)}`;
}

function compareValue(order: Order, table: string, bound: Bound, values: unknown[]): string {
  if (isById(order)) return compareId(order, table, bound, values);
  const { column, id } = order;
  const position = `(${parameter(bound.position.value, column, values)}, ${parameter(bound.position.id, id, values)})`;
  return `(${inTable(table, column)}, ${inTable(table, id)}) ${operatorOf(order, bound)} ${position}`;
}

const inTable = (table: string, column: Column): string => collated(`${table}.${column.name}`, column);
const parameter = (value: unknown, column: Column, values: unknown[]): string =>
  collated(`$${values.push(value)}::${sqlType(column)}`, column);
