import { AppError } from '../core/errors.js';
import type { Viewer } from '../core/viewer.js';
import { loaderForEach } from '../core/viewer-loader.js';
import type { Database } from '../db/database.js';
import { isMissingRow } from '../db/faults.js';
import type { Logger } from '../log/log.js';
import type { TaskReads } from './reads.js';
import type { TaskRow } from './row.js';
import { taskId } from './rules.js';

/** A task to be changed; with `ifVersion` only if its version is this, or one of these: else `PRECONDITION_FAILED`. */
export interface Which {
  readonly id: string | number;
  readonly ifVersion?: number | readonly number[] | null;
}

/** The row that a statement may touch. */
export interface OwnTask {
  readonly id: number;
  readonly userId: string;
  readonly version?: { readonly in: number[] };
}

/**
 * Runs a statement on one of the viewer's own tasks, and finds out why when it met none.
 * @param operation the root field, for the audit log.
 * @param run answers the task, or nothing when there is none that `where` describes.
 * @throws AppError `FORBIDDEN`, `NOT_FOUND`, `PRECONDITION_FAILED`; `BAD_REQUEST` for what is no id.
 */
export type OnOwnTask = (
  viewer: Viewer,
  which: Which,
  operation: string,
  run: (where: OwnTask) => Promise<TaskRow | null | undefined>,
) => Promise<TaskRow>;

export function createOwnership(db: Database, reads: TaskReads, log: Logger): OnOwnTask {
  /** Tells whether ids exist, whoever owns them, and nothing else of them. */
  const existence = loaderForEach<number, boolean>(() => async (ids) => {
    const found = await db.query<{ id: number }>('SELECT id FROM tasks WHERE id = ANY($1::int[])', [ids]);
    const known = new Set(found.map((row) => row.id));
    return ids.map((id) => known.has(id));
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

  return async (viewer, { id: givenId, ifVersion }, operation, run) => {
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
  };
}
