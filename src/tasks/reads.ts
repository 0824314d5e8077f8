import { createBatching } from '../core/batching.js';
import type { PageRequest } from '../core/page.js';
import type { Database } from '../db/client.js';
import { orderBy, type TaskSort, taskSorts } from './order.js';
import { type TaskRow, taskColumns } from './row.js';

/** One page of one person's tasks, unfiltered. */
interface PageKey extends PageRequest {
  readonly userId: string;
}

/** One task, if it is this person's. */
interface TaskKey {
  readonly userId: string;
  readonly id: number;
}

/** What a page reads: its rows in order, and the number of all. */
export interface PageRows {
  readonly rows: readonly TaskRow[];
  readonly total: number;
}

/** The reads that clients make most: those of concurrent requests share a statement. */
export interface TaskReads {
  get(key: TaskKey): Promise<TaskRow | undefined>;
  page(sort: TaskSort, key: PageKey): Promise<PageRows>;
}

/** A row of a page beside the number of all; without a task when the page is empty. */
type Counted = TaskRow & { readonly total: number };

/**
 * In each statement a key is joined to its own owner's rows alone, and each row goes back to its key by the key's place,
 * so that nothing leaks from one person to another.
 */
export function createTaskReads(db: Database): TaskReads {
  const pages = new Map(taskSorts.map((sort) => [sort, pagesInOrder(db, sort)]));
  return {
    get: createBatching(readTask(db), readTasks(db)),
    page: (sort, key) => (pages.get(sort) as ReturnType<typeof pagesInOrder>)(key),
  };
}

const readTask =
  (db: Database) =>
  async ({ userId, id }: TaskKey) => {
    const [row] = await db.query<TaskRow>(`SELECT ${taskColumns} FROM tasks WHERE id = $1 AND user_id = $2`, [id, userId]);
    return row;
  };

const readTasks = (db: Database) => async (keys: readonly TaskKey[]) => {
  const rows = await db.query<TaskRow & { place: number }>(
    `SELECT place::int, ${taskColumns} FROM unnest($1::text[], $2::int[]) WITH ORDINALITY AS asked (owner, wanted, place)
     JOIN tasks ON id = wanted AND user_id = owner`,
    [keys.map(({ userId }) => userId), keys.map(({ id }) => id)],
  );
  const found = new Map(rows.map(({ place, ...row }) => [place, row]));
  return keys.map((_, index) => found.get(index + 1));
};

function pagesInOrder(db: Database, sort: TaskSort): (key: PageKey) => Promise<PageRows> {
  const page = `SELECT ${taskColumns} FROM tasks WHERE user_id = owner ORDER BY ${orderBy(sort)} LIMIT size OFFSET skip`;
  // The total before the rows: beside them it would be counted once for each.
  const text = (asked: string, place: string) =>
    `SELECT ${place} total, page.* FROM ${asked}
     CROSS JOIN LATERAL (SELECT count(*)::int AS total FROM tasks WHERE user_id = owner) AS counted
     LEFT JOIN LATERAL (${page}) AS page ON true`;
  const one = text('(SELECT $1::text, $2::int, $3::bigint) AS asked (owner, size, skip)', '');
  const many = text(
    'unnest($1::text[], $2::int[], $3::bigint[]) WITH ORDINALITY AS asked (owner, size, skip, place)',
    'place::int,',
  );
  const skip = ({ page: number, limit }: PageKey) => (number - 1) * limit;
  return createBatching(
    async (key) => toPage(await db.query<Counted>(one, [key.userId, key.limit, skip(key)])),
    async (keys) => {
      const rows = await db.query<Counted & { place: number }>(many, [
        keys.map(({ userId }) => userId),
        keys.map(({ limit }) => limit),
        keys.map(skip),
      ]);
      const found = keys.map((): Counted[] => []);
      for (const row of rows) found[row.place - 1]?.push(row);
      return found.map(toPage);
    },
  );
}

/** A page past the end still has its total: one row, without a task. */
export const toPage = (rows: readonly Counted[]): PageRows => ({
  rows: rows.length === 1 && rows[0]?.id === null ? [] : rows,
  total: rows[0]?.total ?? 0,
});
