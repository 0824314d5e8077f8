import { inputError } from '../core/errors.js';
import { isStorable } from '../core/text.js';
import type { Column } from '../db/table.js';
import type { Order } from './definition.js';
import { isById, type Position } from './order.js';

/** Writes the position of a row in an order as opaque text (Cursor Connections Specification, section 3.1). */
export function encodeCursor(order: Order, row: object): string {
  const { [order.key]: value, id } = row as Record<string, unknown>;
  const written = isById(order) ? '' : value instanceof Date ? value.toISOString() : value;
  return Buffer.from(JSON.stringify([order.column.name, written, id])).toString('base64url');
}

/**
 * Reads a cursor. It names a position and never a row's owner: the statement is scoped to the owner in any case.
 * @param argument the argument that it came in, for the error.
 * @throws AppError `BAD_REQUEST` when it is not one of ours, or belongs to another order.
 */
export function decodeCursor(order: Order, cursor: string, argument: 'after' | 'before'): Position {
  const parts = parse(cursor);
  if (Array.isArray(parts) && parts.length === 3) {
    const [name, value, id]: unknown[] = parts;
    const hasValue = isById(order) ? value === '' : isValueOf(order.column, value);
    if (name === order.column.name && hasValue && isId(order.id, id)) return { value: value as Position['value'], id };
  }
  throw inputError('BAD_REQUEST', [{ field: argument, error: `\`${argument}\` is not a valid cursor for this sort order` }]);
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Whether PostgreSQL can compare a value with a column. */
function isValueOf({ type, isNullable }: Column, value: unknown): boolean {
  if (value === null) return isNullable === true;
  if (type === 'integer') return isInteger(value);
  if (typeof value !== 'string') return false;
  if (type === 'text') return isStorable(value);
  return isTimestamp(value);
}

/** `Date` turns February 30 into March 2 and has a year 0; PostgreSQL refuses both (22008). */
function isTimestamp(value: string): boolean {
  if (!/^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value)) return false;
  const date = new Date(value);
  return !Number.isNaN(date.getTime()) && date.toISOString() === value;
}

function isId(column: Column, id: unknown): id is string | number {
  return isValueOf(column, id) && (typeof id === 'string' || (id as number) >= 1);
}

/** Whether a value is an integer that PostgreSQL's `integer` holds. */
const isInteger = (value: unknown): boolean => Number.isInteger(value) && Math.abs(value as number) <= 2_147_483_647;
