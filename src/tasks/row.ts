import type { Task } from '../generated/prisma/client.js';

/** A moment, as Prisma or as `Database.query` reads it. */
export type Moment = Date | string;

/** A task as the database holds it, by Prisma's names. */
export type TaskRow = Omit<Task, 'createdAt' | 'updatedAt'> & { readonly createdAt: Moment; readonly updatedAt: Moment };

/** The select list that gives a `TaskRow`. */
export const taskColumns =
  'id, user_id AS "userId", title, description, status, created_at AS "createdAt", updated_at AS "updatedAt", version';
