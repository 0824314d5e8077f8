import { createBatcher } from '../db/batcher.js';
import type { Database, Queries } from '../db/client.js';
import { changedNothing } from '../db/faults.js';
import type { OwnTask } from './ownership.js';
import { type TaskRow, taskColumns } from './row.js';
import type { NewTask } from './rules.js';

/** A task to be made, and whose. */
interface OwnNewTask extends NewTask {
  readonly userId: string;
}

/** The writes that clients make most: those of concurrent requests share a statement, unless they are part of a transaction. */
export interface TaskWrites {
  create(queries: Queries, task: OwnNewTask): Promise<TaskRow>;
  /** Pending ⇄ Completed; nothing when there is none that `which` describes. */
  toggle(queries: Queries, which: OwnTask): Promise<TaskRow | undefined>;
}

/** As in `reads.ts` each row belongs to its key's own owner, and goes back to that key. */
export function createTaskWrites(db: Database): TaskWrites {
  const create = createBatcher(insertOne(db), insertMany(db), { isSafeToRetry: changedNothing });
  const toggle = createBatcher(toggleOne(db), toggleMany(db), { isSafeToRetry: changedNothing, conflictKey: nameOf });
  return {
    create: (queries, task) => (queries === db ? create(task) : insertOne(queries)(task)),
    // A condition is rare, and makes a statement of its own.
    toggle: (queries, which) => (queries === db && !which.version ? toggle(which) : toggleOne(queries)(which)),
  };
}

const insertOne =
  (queries: Queries) =>
  async ({ userId, title, description }: OwnNewTask): Promise<TaskRow> => {
    const [task] = await queries.query<TaskRow>(
      `INSERT INTO tasks (user_id, title, description) VALUES ($1, $2, $3) RETURNING ${taskColumns}`,
      [userId, title, description ?? null],
    );
    return task as TaskRow;
  };

const insertMany =
  (queries: Queries) =>
  (tasks: readonly OwnNewTask[]): Promise<TaskRow[]> => {
    // RETURNING promises no order, so the ids are drawn first, in the order of the keys, and tell whose row is whose.
    return queries.query<TaskRow>(
      `WITH asked AS MATERIALIZED (
         SELECT nextval('tasks_id_seq')::int AS id, owner, title, description, place
         FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS given (owner, title, description, place)
       ), made AS (
         INSERT INTO tasks (id, user_id, title, description) SELECT id, owner, title, description FROM asked
         RETURNING ${taskColumns}
       ) SELECT made.* FROM asked JOIN made USING (id) ORDER BY place`,
      [tasks.map(({ userId }) => userId), tasks.map(({ title }) => title), tasks.map(({ description }) => description ?? null)],
    );
  };

/** A task and who says that it is theirs: whoever else asks for it does not come in the owner’s way. */
const nameOf = ({ id, userId }: Pick<OwnTask, 'id' | 'userId'>): string => `${id} ${userId}`;

const change = `status = CASE status WHEN 'Pending' THEN 'Completed' ELSE 'Pending' END`;

const toggleOne =
  (queries: Queries) =>
  async ({ id, userId, version }: OwnTask): Promise<TaskRow | undefined> => {
    const [task] = await queries.query<TaskRow>(
      `UPDATE tasks SET ${change}
       WHERE id = $1 AND user_id = $2 ${version ? 'AND version = ANY($3::int[])' : ''} RETURNING ${taskColumns}`,
      version ? [id, userId, version.in] : [id, userId],
    );
    return task;
  };

const toggleMany =
  (queries: Queries) =>
  async (tasks: readonly OwnTask[]): Promise<(TaskRow | undefined)[]> => {
    // Batches that meet lock their rows in the same order.
    const inOrder = tasks.toSorted((one, other) => one.id - other.id);
    const toggled = await queries.query<TaskRow>(
      `UPDATE tasks SET ${change} FROM unnest($1::int[], $2::text[]) AS asked (wanted, owner)
       WHERE id = wanted AND user_id = owner RETURNING ${taskColumns}`,
      [inOrder.map(({ id }) => id), inOrder.map(({ userId }) => userId)],
    );
    const found = new Map(toggled.map((task) => [nameOf(task), task]));
    return tasks.map((task) => found.get(nameOf(task)));
  };
