import { type PageRequest, pageRequest } from '../core/page.js';
import { validate } from '../core/validate.js';
import type { Viewer } from '../core/viewer.js';
import { type ListQueries, matching, type TaskFilter } from './filter.js';
import { defaultSort, orderBy, type TaskSort } from './order.js';
import { type PageRows, type TaskReads, toPage } from './reads.js';
import { type TaskRow, taskColumns } from './row.js';
import { searchTerm } from './rules.js';

/** Which page; null and absent take the defaults. */
type PageArguments = { readonly page?: number | null; readonly limit?: number | null };

/** One page by number, with the number of all that match. */
export interface TaskPage extends PageRequest {
  readonly data: readonly TaskRow[];
  readonly count: number;
  readonly total: number;
}

/**
 * Reads a page and the number of all that match in one statement; an unfiltered one together with those of other requests.
 * @throws AppError `BAD_REQUEST`, `VALIDATION_ERROR`
 */
export async function readPage(
  db: ListQueries,
  reads: TaskReads,
  viewer: Viewer,
  args: TaskFilter & PageArguments,
): Promise<TaskPage> {
  const request = pageRequest(args);
  validate(searchTerm, { search: args.search });
  const sort = args.sort ?? defaultSort;
  const { rows, total } =
    args.status || args.search
      ? await readFiltered(db, viewer, args, sort, request)
      : await reads.page(sort, { ...request, userId: viewer.userId });
  return { ...request, data: rows, count: rows.length, total };
}

async function readFiltered(
  db: ListQueries,
  viewer: Viewer,
  filter: TaskFilter,
  sort: TaskSort,
  { page, limit }: PageRequest,
): Promise<PageRows> {
  const values: unknown[] = [];
  const where = matching(viewer, filter, values);
  const bounds = `LIMIT $${values.push(limit)}::int OFFSET $${values.push((page - 1) * limit)}::bigint`;
  return toPage(
    await db.query(
      `SELECT total, page.* FROM (SELECT count(*)::int AS total FROM tasks WHERE ${where}) AS counted
       LEFT JOIN LATERAL (SELECT ${taskColumns} FROM tasks WHERE ${where} ORDER BY ${orderBy(sort)} ${bounds}) AS page ON true`,
      values,
    ),
  );
}
