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
  update(viewer: Viewer, which: Which, input: unknown, query?: Query): Promise<TaskRow>;
  /** @returns the id that is gone. */
  remove(viewer: Viewer, which: Which): Promise<number>;
  /** Pending ⇄ Completed in one statement, so that two at once cannot both read the same state. */
  toggle(viewer: Viewer, which: Which): Promise<TaskRow>;
}

/** A task to be changed; with `ifVersion` only if its version is this, or one of these: else `PRECONDITION_FAILED`. */
export interface Which {
  readonly id: string | number;
  readonly ifVersion?: number | readonly number[] | null;
}

/** The row that a statement may touch. */
interface Where {
  readonly id: number;
  readonly userId: string;
  readonly version?: { readonly in: number[] };
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
    { id: givenId, ifVersion }: Which,
    operation: string,
    run: (where: Where) => Promise<TaskRow | null | undefined>,
  ): Promise<TaskRow> {
    const where = { id: taskId(givenId), userId: viewer.userId };
    const version = ifVersion == null ? {} : { version: { in: [ifVersion].flat() } };
    const task = await run({ ...where, ...version }).catch((error) => {
      if (isMissingRow(error)) return null;
      throw error;
    });
    if (task) return task;
    // It is there, and the viewer's: so it was the version that did not fit.
    if (ifVersion != null && (await reads.get(where))) throw new AppError('PRECONDITION_FAILED');
    return missing(viewer, where.id, operation);
  }

  return {
    page: (viewer, args) => readPage(db, reads, viewer, args),
    connection: (viewer, args) => connections(viewer).load(JSON.stringify(args)),
    get: (viewer, id) => own(viewer, { id }, 'task', reads.get),
    create: async (viewer, input, query) => {
      const data = validate(newTask, input);
      return db.prisma.task.create({ ...query, data: { ...data, userId: viewer.userId } }).catch((error) => {
        // The account went this moment, and its sessions with it.
        throw isForeignKeyViolation(error) ? new AppError('UNAUTHENTICATED') : error;
      });
    },
    update: (viewer, which, input, query) => {
      const wanted = { ...which, id: taskId(which.id) };
      const data = validate(taskChanges, input);
      const unchanged = Object.values(data).every((value) => value === undefined);
      return own(viewer, wanted, 'updateTask', (where) =>
        unchanged ? db.prisma.task.findUnique({ ...query, where }) : db.prisma.task.update({ ...query, where, data }),
      );
    },
    remove: async (viewer, which) => {
      const { id: gone } = await own(viewer, which, 'deleteTask', (where) => db.prisma.task.delete({ where }));
      return gone;
    },
    toggle: (viewer, which) =>
      own(viewer, which, 'toggleTask', async ({ id, userId, version }) => {
        const [task] = await db.query<TaskRow>(
          `UPDATE tasks SET status = CASE status WHEN 'Pending' THEN 'Completed' ELSE 'Pending' END
           WHERE id = $1 AND user_id = $2 ${version ? 'AND version = ANY($3::int[])' : ''} RETURNING ${taskColumns}`,
          version ? [id, userId, version.in] : [id, userId],
        );
        return task;
      }),
  };
}
