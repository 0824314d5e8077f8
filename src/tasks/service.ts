import { unauthenticated } from '../core/identity.js';
import type { SignedInContext } from '../core/request-context.js';
import { validate } from '../core/validate.js';
import type { Database } from '../db/database.js';
import { isForeignKeyViolation } from '../db/faults.js';
import type { Commit, RunOnce } from '../idempotency/run.js';
import { createLists, type Lists } from '../lists/list.js';
import type { Logger } from '../log/log.js';
import { createTaskAccess, logForbidden, type TaskRef } from './access.js';
import type { TaskRow } from './columns.js';
import { taskList } from './lists.js';
import { newTask, parseTaskId, taskChanges } from './rules.js';
import { createTaskStore, type TaskSelection } from './store.js';

type TaskLists = Lists<TaskRow, (typeof taskList.sorts)[number], 'status'>;
type ConnectionArgs = Parameters<TaskLists['connection']>[1];

/** Operations on the tasks of the signed-in user: `FORBIDDEN` for a task of another user, `NOT_FOUND` for none. */
export interface TaskService extends TaskLists {
  /**
   * Lists the tasks of a user by cursor.
   * @throws AppError `FORBIDDEN` when it is not the signed-in user, such as the user of a login beside another user's token.
   */
  connectionOf(context: SignedInContext, userId: string, args: ConnectionArgs): ReturnType<TaskLists['connection']>;
  get(context: SignedInContext, id: string | number): Promise<TaskRow>;
  /** @throws AppError `VALIDATION_ERROR`, and as `RunOnce` */
  create(context: SignedInContext, input: unknown): Promise<TaskRow>;
  /** Absent fields stay, null clears the description. @param selection what the client selected, for Prisma. */
  update(context: SignedInContext, ref: TaskRef, input: unknown, selection?: TaskSelection): Promise<TaskRow>;
  /** @returns the id of the deleted task. */
  remove(context: SignedInContext, ref: TaskRef): Promise<number>;
  /** Pending ⇄ Completed in one statement: of two at the same time, both take effect. */
  toggle(context: SignedInContext, ref: TaskRef): Promise<TaskRow>;
}

/** Creates the operations on tasks. */
export function createTaskService(db: Database, runOnce: RunOnce, log: Logger): TaskService {
  const store = createTaskStore(db);
  const withOwnTask = createTaskAccess(store, log);
  const lists = createLists(db, taskList);
  const write = <T>(context: SignedInContext, operation: string, payload: unknown, work: (commit: Commit) => Promise<T>) =>
    runOnce(context, operation, payload, work, { commitsFirst: true });

  return {
    ...lists,
    connectionOf: (context, userId, args) => {
      if (userId !== context.viewer.userId) throw logForbidden(log, context, 'User.tasks');
      return lists.connection(context, args);
    },
    get: (context, id) => withOwnTask(context, { id }, 'task', store.find),
    create: (context, input) => {
      const data = validate(newTask, input, 'task');
      return write(context, 'createTask', data, (commit) =>
        commit((queries) => store.insert(queries, { ...data, userId: context.viewer.userId })).catch((error) => {
          // The account has just been deleted, and its sessions with it.
          throw isForeignKeyViolation(error) ? unauthenticated('revoked') : error;
        }),
      );
    },
    update: (context, taskRef, input, selection) => {
      const ref = parseTaskRef(taskRef);
      const data = validate(taskChanges, input, 'task');
      return write(context, 'updateTask', { ...ref, data }, (commit) =>
        withOwnTask(context, ref, 'updateTask', (where) => commit((queries) => store.update(queries, where, data, selection))),
      );
    },
    remove: async (context, taskRef) => {
      const ref = parseTaskRef(taskRef);
      const { id } = await write(context, 'deleteTask', ref, (commit) =>
        withOwnTask(context, ref, 'deleteTask', (where) => commit((queries) => store.remove(queries, where))),
      );
      return id;
    },
    toggle: (context, taskRef) => {
      const ref = parseTaskRef(taskRef);
      return write(context, 'toggleTask', ref, (commit) =>
        withOwnTask(context, ref, 'toggleTask', (where) => commit((queries) => store.toggle(queries, where))),
      );
    },
  };
}

/** The same reference in the same form, whichever API it came through. */
const parseTaskRef = ({ id, ifVersion, unlessVersion }: TaskRef) => ({
  id: parseTaskId(id),
  ifVersion: ifVersion == null ? undefined : [ifVersion].flat(),
  ...(unlessVersion ? { unlessVersion } : {}),
});
