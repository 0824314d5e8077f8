import { createBatcher } from '../db/batcher.js';
import type { Database, Queries } from '../db/database.js';
import { changedNothing } from '../db/faults.js';
import type { Prisma } from '../generated/prisma/client.js';
import { type TaskRow, taskTable } from './columns.js';
import type { NewTask, TaskChanges } from './rules.js';

/** A task of one user. */
export interface OwnedTask {
  readonly id: number;
  readonly userId: string;
  /** The versions that it may have; any when absent. */
  readonly version?: { readonly in?: number[]; readonly notIn?: number[] };
}

/** A new task and its owner. */
interface OwnedNewTask extends NewTask {
  readonly userId: string;
}

/** What Pothos asks Prisma to select. */
export type TaskSelection = { readonly select?: Prisma.TaskSelect | null; readonly include?: Prisma.TaskInclude | null };

/** All statements on tasks, except those of lists. Each has the owner in its `where`. */
export interface TaskStore {
  /** Concurrent requests share a statement. */
  find(task: OwnedTask): Promise<TaskRow | undefined>;
  /** @returns those of the ids that exist, whoever owns them. */
  findExistingIds(ids: readonly number[]): Promise<number[]>;
  /** Concurrent requests share a statement, except in a transaction. */
  insert(queries: Queries, task: OwnedNewTask): Promise<TaskRow>;
  /** Pending ⇄ Completed in one statement. Concurrent requests share it, except in a transaction. */
  toggle(queries: Queries, task: OwnedTask): Promise<TaskRow | undefined>;
  /** Changes nothing when all of `changes` is absent. @returns null, or throws P2025, when the user has no such task. */
  update(queries: Queries, task: OwnedTask, changes: TaskChanges, selection?: TaskSelection): Promise<TaskRow | null>;
  /** Throws P2025 when the user has no such task. */
  remove(queries: Queries, task: OwnedTask): Promise<TaskRow>;
}

/** In a batch each key is joined to the rows of its own owner alone, and each row returns to its key: nothing leaks to another user. */
export function createTaskStore(db: Database): TaskStore {
  const find = createBatcher(findOne(db), findMany(db));
  const insert = createBatcher(insertOne(db), insertMany(db), { isSafeToRetry: changedNothing });
  const toggle = createBatcher(toggleOne(db), toggleMany(db), { isSafeToRetry: changedNothing, conflictKey: taskKey });
  return {
    find,
    findExistingIds: async (ids) => {
      const rows = await db.query<{ id: number }>('SELECT tasks.id FROM tasks WHERE tasks.id = ANY($1::int[])', [ids]);
      return rows.map(({ id }) => id);
    },
    insert: (queries, task) => (queries === db ? insert(task) : insertOne(queries)(task)),
    // A condition on the version is rare, and runs as a statement of its own.
    toggle: (queries, task) => (queries === db && !task.version ? toggle(task) : toggleOne(queries)(task)),
    update: ({ prisma }, where, changes, selection) =>
      Object.values(changes).every((value) => value === undefined)
        ? prisma.task.findUnique({ ...selection, where })
        : prisma.task.update({ ...selection, where, data: changes }),
    remove: ({ prisma }, where) => prisma.task.delete({ where }),
  };
}

const { selectList, insertList, insertTypes, insertValues } = taskTable;
const toggledStatus = `CASE tasks.status WHEN 'Pending' THEN 'Completed' ELSE 'Pending' END`;
/** A task and who claims to own it: a request of another user does not make the owner's wait. */
const taskKey = ({ id, userId }: Pick<OwnedTask, 'id' | 'userId'>): string => `${id} ${userId}`;

const findOne = (db: Database) => async (task: OwnedTask) => {
  const [row] = await db.query<TaskRow>(`SELECT ${selectList} FROM tasks WHERE tasks.id = $1::int AND tasks.user_id = $2::text`, [
    task.id,
    task.userId,
  ]);
  return row;
};

const findMany = (db: Database) => async (tasks: readonly OwnedTask[]) => {
  const rows = await db.query<TaskRow & { position: number }>(
    `SELECT key.position::int, ${selectList}
     FROM unnest($1::int[], $2::text[]) WITH ORDINALITY AS key (id, user_id, position)
     JOIN tasks ON tasks.id = key.id AND tasks.user_id = key.user_id`,
    [tasks.map(({ id }) => id), tasks.map(({ userId }) => userId)],
  );
  const byPosition = new Map(rows.map(({ position, ...row }) => [position, row]));
  return tasks.map((_, index) => byPosition.get(index + 1));
};

const insertOne = (queries: Queries) => async (task: OwnedNewTask) => {
  const parameters = insertTypes.map((type, index) => `$${index + 1}::${type}`).join(', ');
  const [row] = await queries.query<TaskRow>(
    `INSERT INTO tasks (${insertList}) VALUES (${parameters}) RETURNING ${selectList}`,
    insertValues(task),
  );
  if (!row) throw new Error('The inserted task was not returned');
  return row;
};

/** `RETURNING` has no order: the ids are drawn first, in the order of the keys, and lead each row back to its key. */
const insertMany = (queries: Queries) => {
  const parameters = insertTypes.map((type, index) => `$${index + 1}::${type}[]`).join(', ');
  return (tasks: readonly OwnedNewTask[]): Promise<TaskRow[]> => {
    const values = tasks.map(insertValues);
    return queries.query<TaskRow>(
      `WITH key AS MATERIALIZED (
         SELECT nextval('tasks_id_seq')::int AS id, ${insertList}, position
         FROM unnest(${parameters}) WITH ORDINALITY AS new_task (${insertList}, position)
       ), inserted AS (
         INSERT INTO tasks (id, ${insertList}) SELECT id, ${insertList} FROM key RETURNING ${selectList}
       ) SELECT inserted.* FROM key JOIN inserted USING (id) ORDER BY key.position`,
      insertTypes.map((_, column) => values.map((row) => row[column])),
    );
  };
};

const versionCondition = 'AND ($3::int[] IS NULL OR tasks.version = ANY($3)) AND tasks.version <> ALL($4::int[])';

const toggleOne =
  (queries: Queries) =>
  async ({ id, userId, version }: OwnedTask) => {
    const [row] = await queries.query<TaskRow>(
      `UPDATE tasks SET status = ${toggledStatus}
     WHERE tasks.id = $1::int AND tasks.user_id = $2::text ${version ? versionCondition : ''}
     RETURNING ${selectList}`,
      version ? [id, userId, version.in ?? null, version.notIn ?? []] : [id, userId],
    );
    return row;
  };

const toggleMany = (queries: Queries) => async (tasks: readonly OwnedTask[]) => {
  // Concurrent batches lock their rows in the same order.
  const inOrder = tasks.toSorted((one, other) => one.id - other.id);
  const rows = await queries.query<TaskRow>(
    `UPDATE tasks SET status = ${toggledStatus}
     FROM unnest($1::int[], $2::text[]) AS key (id, user_id)
     WHERE tasks.id = key.id AND tasks.user_id = key.user_id RETURNING ${selectList}`,
    [inOrder.map(({ id }) => id), inOrder.map(({ userId }) => userId)],
  );
  const byKey = new Map(rows.map((row) => [taskKey(row), row]));
  return tasks.map((task) => byKey.get(taskKey(task)));
};
