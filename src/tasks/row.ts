import { toRfc3339 } from '../db/moments.js';
import type { Task } from '../generated/prisma/client.js';

/** A moment, as Prisma or as `Database.query` reads it. */
export type Moment = Date | string;

/** A task as the database holds it, by Prisma's names. */
export type TaskRow = Omit<Task, 'createdAt' | 'updatedAt'> & { readonly createdAt: Moment; readonly updatedAt: Moment };

/** The select list that gives a `TaskRow`. */
export const taskColumns =
  'id, user_id AS "userId", title, description, status, created_at AS "createdAt", updated_at AS "updatedAt", version';

/**
 * The select list that gives many tasks as one text, over a query of `taskColumns`: for the driver each field of each row
 * costs as much as parsing this costs a row. Column by column, because so PostgreSQL looks up each one's type but once.
 */
export const tasksAsJson = `json_build_array(json_agg(id), json_agg("userId"), json_agg(title), json_agg(description), json_agg(status),
    json_agg("createdAt"), json_agg("updatedAt"), json_agg(version))::text`;

type Columns = [
  ids: number[] | null,
  userIds: string[],
  titles: string[],
  descriptions: (string | null)[],
  statuses: string[],
  createdAts: string[],
  updatedAts: string[],
  versions: number[],
];

/** Reads what `tasksAsJson` gave; of no rows PostgreSQL makes nulls. */
export function tasksFromJson(tasks: string): TaskRow[] {
  const [ids, userIds, titles, descriptions, statuses, createdAts, updatedAts, versions] = JSON.parse(tasks) as Columns;
  return (ids ?? []).map((id, row) => ({
    id,
    userId: userIds[row] as string,
    title: titles[row] as string,
    description: descriptions[row] as string | null,
    status: statuses[row] as string,
    createdAt: toRfc3339(createdAts[row] as string),
    updatedAt: toRfc3339(updatedAts[row] as string),
    version: versions[row] as number,
  }));
}
