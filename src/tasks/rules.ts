import { z } from 'zod';
import { inputError } from '../core/errors.js';
import { text } from '../core/text.js';

/** The statuses of a task, as the database and REST spell them. */
export const taskStatuses = ['Pending', 'Completed'] as const;
/** One of `taskStatuses`. */
export type TaskStatus = (typeof taskStatuses)[number];

/** The longest texts of a task, in code points. */
export const maxLengths = { title: 200, description: 1000 } as const;

const title = text('Title', { min: 1, max: maxLengths.title, trim: true });
const description = text('Description', { max: maxLengths.description }).nullable();
const status = z.enum(taskStatuses, {
  error: ({ input }) => (input === null ? 'Status must not be null' : 'Status must be Pending or Completed'),
});

/** The rule for a new task. */
export const newTask = z.object({ title, description: description.optional() });
/** A new task that passed the rule. */
export type NewTask = z.output<typeof newTask>;

/** The rule for an update: absent fields stay, `null` clears the description. */
export const taskChanges = z.object({
  title: title.optional(),
  description: description.optional(),
  status: status.optional(),
});
/** An update that passed the rule. */
export type TaskChanges = z.output<typeof taskChanges>;

/** The largest id that PostgreSQL's `integer` holds. */
export const largestTaskId = 2_147_483_647;

/**
 * Parses the id of a task.
 * @throws AppError `BAD_REQUEST` when it is not a whole number from 1 to 2147483647.
 */
export function parseTaskId(id: string | number): number {
  const digits = String(id);
  const value = /^[1-9]\d{0,9}$/.test(digits) ? Number(digits) : Number.NaN;
  if (value <= largestTaskId) return value;
  throw inputError('BAD_REQUEST', [{ field: 'id', error: `Id must be a whole number from 1 to ${largestTaskId}` }]);
}
