import { createBatcher } from '../db/batcher.js';
import type { PageRequest } from '../core/page.js';
import type { Database } from '../db/client.js';
import { orderBy, type TaskSort, taskSorts } from './order.js';
import { type TaskRow, taskColumns, tasksAsJson, tasksFromJson } from './row.js';

/** One page of one person's tasks, unfiltered. */
interface PageKey extends PageRequest {
  readonly userId: string;
}

/** One task, if it is this person's. */
interface TaskKey {
  readonly userId: string;
  readonly id: number;
}

/** What a page reads: its rows in order and the number of all, or instead of that one row more when there are more. */
export interface PageRows {
  readonly rows: readonly TaskRow[];
  readonly total: number | undefined;
}

/** How many rows to read for a page. */
export const rowsRead = ({ limit }: PageRequest, counted: boolean): number => (counted ? limit : limit + 1);
/** How many rows lie before a page. */
export const rowsBefore = ({ page, limit }: PageRequest): number => (page - 1) * limit;

/** The reads that clients make most: those of concurrent requests share a statement. */
export interface TaskReads {
  get(key: TaskKey): Promise<TaskRow | undefined>;
  page(sort: TaskSort, key: PageKey, counted: boolean): Promise<PageRows>;
}

/** A page as its statement gives it. */
interface PageAnswer {
  readonly tasks: string;
  readonly total?: number;
}

/**
 * In each statement a key is joined to its own owner's rows alone, and each row goes back to its key by the key's place,
 * so that nothing leaks from one person to another.
 */
export function createTaskReads(db: Database): TaskReads {
  const readers = (counted: boolean) => new Map(taskSorts.map((sort) => [sort, pagesInOrder(db, sort, counted)]));
  const [counting, plain] = [readers(true), readers(false)];
  return {
    get: createBatcher(readTask(db), readTasks(db)),
    page: (sort, key, counted) => ((counted ? counting : plain).get(sort) as ReturnType<typeof pagesInOrder>)(key),
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

function pagesInOrder(db: Database, sort: TaskSort, counted: boolean): (key: PageKey) => Promise<PageRows> {
  const page = `SELECT ${taskColumns} FROM tasks WHERE user_id = owner ORDER BY ${orderBy(sort)} LIMIT size OFFSET skip`;
  const total = counted ? '(SELECT count(*)::int FROM tasks WHERE user_id = owner) AS total,' : '';
  const text = (asked: string, place: string) =>
    `SELECT ${place} ${total} (SELECT ${tasksAsJson} FROM (${page}) AS page) AS tasks FROM ${asked}`;
  const one = text('(SELECT $1::text, $2::int, $3::bigint) AS asked (owner, size, skip)', '');
  const many = text(
    'unnest($1::text[], $2::int[], $3::bigint[]) WITH ORDINALITY AS asked (owner, size, skip, place)',
    'place::int,',
  );
  return createBatcher(
    (key) => onePage(db, one, [key.userId, rowsRead(key, counted), rowsBefore(key)]),
    async (keys) => {
      const answers = await db.query<PageAnswer & { place: number }>(many, [
        keys.map(({ userId }) => userId),
        keys.map((key) => rowsRead(key, counted)),
        keys.map(rowsBefore),
      ]);
      const found = new Map(answers.map((answer) => [answer.place, answer]));
      return keys.map((_, index) => toPage(found.get(index + 1) as PageAnswer));
    },
  );
}

const toPage = ({ tasks, total }: PageAnswer): PageRows => ({ rows: tasksFromJson(tasks), total });

/** Reads one page by a statement that answers a row for it, whatever the page holds. */
export async function onePage({ query }: Pick<Database, 'query'>, text: string, values: readonly unknown[]): Promise<PageRows> {
  const [answer] = await query<PageAnswer>(text, values);
  return toPage(answer as PageAnswer);
}
