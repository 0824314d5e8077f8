import pLimit from 'p-limit';
import { AppError } from '../core/errors.js';
import type { ConnectionArguments } from '../core/page.js';
import type { IdempotencyKey } from '../core/request-context.js';
import { validate } from '../core/validate.js';
import type { Viewer } from '../core/viewer.js';
import { forEachViewer, loaderForEach } from '../core/viewer-loader.js';
import type { Database } from '../db/client.js';
import { isForeignKeyViolation } from '../db/faults.js';
import type { Prisma } from '../generated/prisma/client.js';
import type { RunOnce } from '../idempotency/run.js';
import type { Logger } from '../log/log.js';
import { readConnection, type TaskConnection } from './connection.js';
import type { ListQueries, TaskFilter } from './filter.js';
import { createOwnership, type Which } from './ownership.js';
import { type PageArguments, readPage, type TaskPage } from './pages.js';
import { createTaskReads } from './reads.js';
import type { TaskRow } from './row.js';
import { newTask, taskChanges, taskId } from './rules.js';
import { createTaskWrites } from './writes.js';

/** What Pothos asks Prisma to select. */
type Query = { select?: Prisma.TaskSelect | null; include?: Prisma.TaskInclude | null };

/** What people can do with their own tasks. Another's is `FORBIDDEN`, none is `NOT_FOUND`. */
export interface TaskService {
  /** @param counted whether `total` is wanted. */
  page(viewer: Viewer, args: TaskFilter & PageArguments, counted: boolean): Promise<TaskPage>;
  connection(viewer: Viewer, args: TaskFilter & ConnectionArguments): Promise<TaskConnection>;
  get(viewer: Viewer, id: string | number): Promise<TaskRow>;
  create(viewer: Viewer, key: IdempotencyKey | undefined, input: unknown): Promise<TaskRow>;
  /** Absent fields keep, `null` clears the description. */
  update(viewer: Viewer, key: IdempotencyKey | undefined, which: Which, input: unknown, query?: Query): Promise<TaskRow>;
  /** @returns the id that is gone. */
  remove(viewer: Viewer, key: IdempotencyKey | undefined, which: Which): Promise<number>;
  /** Pending ⇄ Completed in one statement, so that two at once cannot both read the same state. */
  toggle(viewer: Viewer, key: IdempotencyKey | undefined, which: Which): Promise<TaskRow>;
}

/** Statements that one request's lists may have under way: it may ask for many, and the pool is everybody's. */
const listsAtOnce = 2;

/** Makes the task operations over a database. */
export function createTaskService(db: Database, runOnce: RunOnce, log: Logger): TaskService {
  const [reads, writes] = [createTaskReads(db), createTaskWrites(db)];
  const own = createOwnership(db, reads, log);

  const turns = forEachViewer(() => pLimit(listsAtOnce));
  const lists = (viewer: Viewer): ListQueries => ({ query: (text, values) => turns(viewer)(() => db.query(text, values)) });

  /** The owners of a list's tasks are one person: what they are asked at once with the same words is read once. */
  const connections = loaderForEach<string, TaskConnection>((viewer) => async (keys) => {
    const reads = new Map(keys.map((key) => [key, () => readConnection(lists(viewer), viewer, JSON.parse(key))]));
    const settled = new Map<string, TaskConnection | Error>();
    for (const [key, read] of reads) settled.set(key, await read().catch((error: Error) => error));
    return keys.map((key) => settled.get(key) as TaskConnection | Error);
  });

  return {
    page: (viewer, args, counted) => readPage(lists(viewer), reads, viewer, args, counted),
    connection: (viewer, args) => connections(viewer).load(JSON.stringify(args)),
    get: (viewer, id) => own(viewer, { id }, 'task', reads.get),
    create: (viewer, key, input) => {
      const data = validate(newTask, input, 'task');
      return runOnce({ viewer, idempotencyKey: key }, 'createTask', data, (commit) =>
        commit((queries) => writes.create(queries, { ...viewer, ...data })).catch((error) => {
          // The account went this moment, and its sessions with it.
          throw isForeignKeyViolation(error) ? new AppError('UNAUTHENTICATED') : error;
        }),
      );
    },
    update: (viewer, key, givenWhich, input, query) => {
      const which = checked(givenWhich);
      const data = validate(taskChanges, input, 'task');
      const unchanged = Object.values(data).every((value) => value === undefined);
      return runOnce({ viewer, idempotencyKey: key }, 'updateTask', { ...which, data }, (commit) =>
        own(viewer, which, 'updateTask', (where) =>
          commit(({ prisma }) =>
            unchanged ? prisma.task.findUnique({ ...query, where }) : prisma.task.update({ ...query, where, data }),
          ),
        ),
      );
    },
    remove: async (viewer, key, givenWhich) => {
      const which = checked(givenWhich);
      const { id } = await runOnce({ viewer, idempotencyKey: key }, 'deleteTask', which, (commit) =>
        own(viewer, which, 'deleteTask', (where) => commit(({ prisma }) => prisma.task.delete({ where }))),
      );
      return id;
    },
    toggle: (viewer, key, givenWhich) => {
      const which = checked(givenWhich);
      return runOnce({ viewer, idempotencyKey: key }, 'toggleTask', which, (commit) =>
        own(viewer, which, 'toggleTask', (where) => commit((queries) => writes.toggle(queries, where))),
      );
    },
  };
}

/** The same task and condition, in one spelling for both styles. */
const checked = ({ id, ifVersion }: Which) => ({ id: taskId(id), ifVersion: ifVersion == null ? undefined : [ifVersion].flat() });
