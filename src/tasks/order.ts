import { fieldError } from '../core/errors.js';
import { largestTaskId } from './rules.js';

/** The orders a page can have, as REST spells them: `-` in front for descending. */
export const taskSorts = ['-created_at', 'created_at', '-updated_at', 'updated_at', '-title', 'title', '-id', 'id'] as const;
/** One of `taskSorts`. */
export type TaskSort = (typeof taskSorts)[number];
/** Newest first. */
export const defaultSort: TaskSort = '-created_at';

type SortColumn = 'created_at' | 'updated_at' | 'title' | 'id';

/** The column that leads an order; ties are broken by id in the same direction. */
const sortColumn = (sort: TaskSort): SortColumn => sort.replace('-', '') as SortColumn;
/** Whether an order runs from high to low. */
const isDescending = (sort: TaskSort): boolean => sort.startsWith('-');

/** How each column is written in SQL. Titles go by code point, as their index does, on every machine alike. */
const keyExpression = {
  created_at: '(created_at, id)',
  updated_at: '(updated_at, id)',
  title: '(title COLLATE "C", id)',
  id: '(id)',
} as const;
const keyType = { created_at: '::timestamptz', updated_at: '::timestamptz', title: '::text COLLATE "C"', id: '' } as const;

/**
 * Writes an ORDER BY list.
 * @param reversed reads the order from its end.
 */
export function orderBy(sort: TaskSort, reversed = false): string {
  const direction = isDescending(sort) === reversed ? 'ASC' : 'DESC';
  const column = sortColumn(sort);
  const key = column === 'title' ? 'title COLLATE "C"' : column;
  return column === 'id' ? `id ${direction}` : `${key} ${direction}, id ${direction}`;
}

/** A place in an order: the sort value and the id of one row. */
export interface Position {
  readonly key: string;
  readonly id: number;
}

/**
 * Compares rows with a place by one row value, so that the index leads straight there.
 * @param side the rows `after` or `before` the place in the order; `orAt` counts the place itself in.
 * @param values the statement's values; the place's are appended.
 */
export function beyond(sort: TaskSort, side: 'after' | 'before', { key, id }: Position, values: unknown[], orAt = false): string {
  const column = sortColumn(sort);
  const operator = ((side === 'after') === isDescending(sort) ? '<' : '>') + (orAt ? '=' : '');
  if (column === 'id') return `id ${operator} $${values.push(id)}::int`;
  return `${keyExpression[column]} ${operator} ($${values.push(key)}${keyType[column]}, $${values.push(id)}::int)`;
}

/** What a cursor is made from. */
interface SortedRow {
  readonly id: number;
  readonly title: string;
  readonly createdAt: Date | string;
  readonly updatedAt: Date | string;
}

/** Writes a row's place in an order as an opaque text. */
export function encodeCursor(sort: TaskSort, row: SortedRow): string {
  const column = sortColumn(sort);
  const key = { id: '', title: row.title, created_at: row.createdAt, updated_at: row.updatedAt }[column];
  const place = [column, key instanceof Date ? key.toISOString() : key, row.id];
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/**
 * Reads a cursor. It names a place, never a row's owner: the statement is scoped all the same.
 * @param field the argument it came in, for the error.
 * @throws AppError `BAD_REQUEST` when it is none of ours, or of another order.
 */
export function decodeCursor(sort: TaskSort, cursor: string, field: 'after' | 'before'): Position {
  const place = parse(cursor);
  if (
    !Array.isArray(place) ||
    place.length !== 3 ||
    place[0] !== sortColumn(sort) ||
    !isKey(place[0], place[1]) ||
    !isId(place[2])
  ) {
    throw fieldError('BAD_REQUEST', [{ field, error: `${field} is no cursor of this order` }]);
  }
  return { key: place[1], id: place[2] };
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

function isKey(column: unknown, key: unknown): key is string {
  if (typeof key !== 'string') return false;
  if (column === 'title') return !key.includes('\0') && key.isWellFormed();
  return column === 'id' || (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(key) && !Number.isNaN(Date.parse(key)));
}

const isId = (id: unknown): id is number => Number.isInteger(id) && (id as number) >= 1 && (id as number) <= largestTaskId;
