import DataLoader from 'dataloader';
import { AppError } from '../core/errors.js';
import { auditFields, perRequest, type SignedInContext } from '../core/request-context.js';
import { principalFields } from '../core/viewer.js';
import { isMissingRow } from '../db/faults.js';
import type { Logger } from '../log/log.js';
import type { TaskRow } from './columns.js';
import { parseTaskId } from './rules.js';
import type { OwnedTask, TaskStore } from './store.js';

/** A task as a client names it. */
export interface TaskRef {
  readonly id: string | number;
  /** The version that it must still have, or several of which one will do; any when null or absent. */
  readonly ifVersion?: number | readonly number[] | null;
  /** The versions that it must not have: `If-None-Match` of REST. */
  readonly unlessVersion?: readonly number[] | undefined;
}

/**
 * Runs a statement on a task of the signed-in user, and explains why when it matched none.
 * @param operation the root field, for the audit log.
 * @param run returns the task, or nothing when no row matches `where`.
 * @throws AppError `FORBIDDEN`, `NOT_FOUND`, `PRECONDITION_FAILED`; `BAD_REQUEST` for a malformed id.
 */
export type WithOwnTask = (
  context: SignedInContext,
  ref: TaskRef,
  operation: string,
  run: (where: OwnedTask) => Promise<TaskRow | null | undefined>,
) => Promise<TaskRow>;

/** Logs that a user asked for what belongs to another. @param taskId absent for a list. @returns the error. */
export function logForbidden(log: Logger, { client, viewer }: SignedInContext, operation: string, taskId?: number): AppError {
  log.warn(auditFields(client, { operation, taskId, ...principalFields(viewer) }), 'task.forbidden');
  return new AppError('FORBIDDEN', {
    message: taskId === undefined ? 'These tasks belong to someone else.' : 'This task belongs to someone else.',
  });
}

/** Creates the access check of tasks. The owner is in the `where` of each statement; other users' tasks are never read. */
export function createTaskAccess(store: TaskStore, log: Logger): WithOwnTask {
  /** Whether ids exist, whoever owns the tasks. */
  const existence = perRequest(
    () =>
      new DataLoader<number, boolean>(
        async (ids) => {
          const existing = new Set(await store.findExistingIds(ids));
          return ids.map((id) => existing.has(id));
        },
        { cache: false },
      ),
  );

  /** Tells 403 from 404, after no row matched. */
  async function explainMiss(context: SignedInContext, taskId: number, operation: string): Promise<never> {
    if (!(await existence(context).load(taskId))) throw new AppError('NOT_FOUND', { message: 'There is no such task.' });
    throw logForbidden(log, context, operation, taskId);
  }

  return async (context, { id, ifVersion, unlessVersion }, operation, run) => {
    const where = { id: parseTaskId(id), userId: context.viewer.userId };
    const isConditional = ifVersion != null || unlessVersion !== undefined;
    const version = {
      ...(ifVersion == null ? {} : { in: [ifVersion].flat() }),
      ...(unlessVersion ? { notIn: [...unlessVersion] } : {}),
    };
    const task = await run(isConditional ? { ...where, version } : where).catch((error) => {
      if (isMissingRow(error)) return null;
      throw error;
    });
    if (task) return task;
    // The user has this task: it is the version that does not match.
    if (isConditional && (await store.find(where))) throw new AppError('PRECONDITION_FAILED');
    return explainMiss(context, where.id, operation);
  };
}
