import type { Task } from '../generated/prisma/client.js';

/** A task as the database holds it, by Prisma's names. */
export type TaskRow = Task;

/** The select list that gives a `TaskRow`. */
export const taskColumns =
  'id, user_id AS "userId", title, description, status, created_at AS "createdAt", updated_at AS "updatedAt"';
