import { AppError } from '../core/errors.js';
import type { Logger } from '../core/log.js';
import type { ConnectionArguments } from '../core/page.js';
import { validate } from '../core/validate.js';
import type { Viewer } from '../core/viewer.js';
import { loaderForEach } from '../core/viewer-loader.js';
import type { Database } from '../db/client.js';
import { isForeignKeyViolation, isMissingRow } from '../db/faults.js';
import type { Prisma } from '../generated/prisma/client.js';
import { readConnection, type TaskConnection } from './connection.js';
import type { TaskFilter } from './filter.js';
import { readPage, type TaskPage } from './pages.js';
import { createTaskReads } from './reads.js';
import { type TaskRow, taskColumns } from './row.js';
import { newTask, taskChanges, taskId } from './rules.js';

/** What Pothos asks Prisma to select. */
type Query = { select?: Prisma.TaskSelect | null; include?: Prisma.TaskInclude | null };

/** What people can do with their own tasks. Another's is `FORBIDDEN`, none is `NOT_FOUND`. */
export interface TaskService {
  page(viewer: Viewer, args: TaskFilter & { page?: number | null; limit?: number | null }): Promise<TaskPage>;
  connection(viewer: Viewer, args: TaskFilter & ConnectionArguments): Promise<TaskConnection>;
  get(viewer: Viewer, id: string | number): Promise<TaskRow>;
  create(viewer: Viewer, input: unknown, query?: Query): Promise<TaskRow>;
  /** Absent fields keep, `null` clears the description. */
  update(viewer: Viewer, id: string | number, input: unknown, query?: Query): Promise<TaskRow>;
  /** @returns the id that is gone. */
  remove(viewer: Viewer, id: string | number): Promise<number>;
  /** Pending ⇄ Completed in one statement, so that two at once cannot both read the same state. */
  toggle(viewer: Viewer, id: string | number): Promise<TaskRow>;
}

/** Makes the task operations over a database. */
export function createTaskService(db: Database, log: Logger): TaskService {
  const reads = createTaskReads(db);

  /** Tells whether ids exist, whoever owns them, and nothing else of them. */
  const existence = loaderForEach<number, boolean>(() => async (ids) => {
    const found = await db.query<{ id: number }>('SELECT id FROM tasks WHERE id = ANY($1::int[])', [ids]);
    const known = new Set(found.map((row) => row.id));
    return ids.map((id) => known.has(id));
  });

  /** The owners of a list's tasks are one person: what they are asked at once with the same words is read once. */
  const connections = loaderForEach<string, TaskConnection>((viewer) => async (keys) => {
    const reads = new Map(keys.map((key) => [key, () => readConnection(db, viewer, JSON.parse(key))]));
    const settled = new Map<string, TaskConnection | Error>();
    for (const [key, read] of reads) settled.set(key, await read().catch((error: Error) => error));
    return keys.map((key) => settled.get(key) as TaskConnection | Error);
  });

  /** Only after a miss: 403 when the task is another's, 404 when there is none. */
  async function missing(viewer: Viewer, id: number, operation: string): Promise<never> {
    if (!(await existence(viewer).load(id))) throw new AppError('NOT_FOUND', { message: 'There is no such task.' });
    log.warn(
      { audit: 'task.forbidden', operation, taskId: id, userId: viewer.userId },
      'access to another person’s task refused',
    );
    throw new AppError('FORBIDDEN');
  }

  async function own(
    viewer: Viewer,
    givenId: string | number,
    operation: string,
    run: (where: { id: number; userId: string }) => Promise<TaskRow | null | undefined>,
  ): Promise<TaskRow> {
    const id = taskId(givenId);
    const task = await run({ id, userId: viewer.userId }).catch((error) => {
      if (isMissingRow(error)) return null;
      throw error;
    });
    return task ?? missing(viewer, id, operation);
  }

  return {
    page: (viewer, args) => readPage(db, reads, viewer, args),
    connection: (viewer, args) => connections(viewer).load(JSON.stringify(args)),
    get: (viewer, id) => own(viewer, id, 'task', reads.get),
    create: async (viewer, input, query) => {
      const data = validate(newTask, input);
      return db.prisma.task.create({ ...query, data: { ...data, userId: viewer.userId } }).catch((error) => {
        // The account went this moment, and its sessions with it.
        throw isForeignKeyViolation(error) ? new AppError('UNAUTHENTICATED') : error;
      });
    },
    update: (viewer, id, input, query) => {
      const wanted = taskId(id);
      const data = validate(taskChanges, input);
      const unchanged = Object.values(data).every((value) => value === undefined);
      return own(viewer, wanted, 'updateTask', (where) =>
        unchanged ? db.prisma.task.findUnique({ ...query, where }) : db.prisma.task.update({ ...query, where, data }),
      );
    },
    remove: async (viewer, id) => {
      const { id: gone } = await own(viewer, id, 'deleteTask', (where) => db.prisma.task.delete({ where }));
      return gone;
    },
    toggle: (viewer, id) =>
      own(viewer, id, 'toggleTask', async (where) => {
        const [task] = await db.query<TaskRow>(
          `UPDATE tasks SET status = CASE status WHEN 'Pending' THEN 'Completed' ELSE 'Pending' END
           WHERE id = $1 AND user_id = $2 RETURNING ${taskColumns}`,
          [where.id, where.userId],
        );
        return task;
      }),
  };
}
