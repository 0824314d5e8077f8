import { z } from 'zod';
import { fieldError } from '../core/errors.js';
import { text } from '../core/text.js';

/** The two states of a task, as the database and REST spell them. */
export const taskStatuses = ['Pending', 'Completed'] as const;
/** One of `taskStatuses`. */
export type TaskStatus = (typeof taskStatuses)[number];

const title = text('Title', { min: 1, max: 200, trim: true });
const description = text('Description', { max: 1000 }).nullable();
const status = z.enum(taskStatuses, {
  error: ({ input }) => (input === null ? 'Status must not be null' : 'Status must be Pending or Completed'),
});

/** What a new task needs. */
export const newTask = z.object({ title, description: description.optional() });
/** A new task as the rules leave it. */
export type NewTask = z.output<typeof newTask>;

/** What an update may change: absent keeps, `null` clears the description. */
export const taskChanges = z.object({
  title: title.optional(),
  description: description.optional(),
  status: status.optional(),
});

/** A search term: whatever text PostgreSQL can compare, no longer than the longest field it is looked for in. */
export const searchTerm = z.object({ search: text('Search', { max: 1000 }).nullish() });

/** The largest id that PostgreSQL's `integer` holds. */
export const largestTaskId = 2_147_483_647;

/**
 * Reads a task's id.
 * @throws AppError `BAD_REQUEST` when it is no whole number from 1 to 2147483647.
 */
export function taskId(id: string | number): number {
  const digits = String(id);
  const value = /^[1-9]\d{0,9}$/.test(digits) ? Number(digits) : Number.NaN;
  if (value <= largestTaskId) return value;
  throw fieldError('BAD_REQUEST', [{ field: 'id', error: `Id must be a whole number from 1 to ${largestTaskId}` }]);
}
