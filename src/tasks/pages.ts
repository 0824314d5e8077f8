import { type PageRequest, pageRequest } from '../core/page.js';
import { validate } from '../core/validate.js';
import type { Viewer } from '../core/viewer.js';
import { type ListQueries, matching, type TaskFilter } from './filter.js';
import { defaultSort, orderBy, type TaskSort } from './order.js';
import { onePage, type PageRows, rowsBefore, rowsRead, type TaskReads } from './reads.js';
import { type TaskRow, taskColumns, tasksAsJson } from './row.js';
import { searchTerm } from './rules.js';

/** Which page; null and absent take the defaults. */
export type PageArguments = { readonly page?: number | null; readonly limit?: number | null };

/** One page by number. */
export interface TaskPage extends PageRequest {
  readonly data: readonly TaskRow[];
  readonly count: number;
  /** How many match in all; undefined when that was not to be counted. */
  readonly total: number | undefined;
  readonly hasNext: boolean;
}

/**
 * Reads a page in one statement; an unfiltered one together with those of other requests.
 * @param counted whether to count all that match, which costs the more the more they are.
 * @throws AppError `BAD_REQUEST`, `VALIDATION_ERROR`
 */
export async function readPage(
  db: ListQueries,
  reads: TaskReads,
  viewer: Viewer,
  args: TaskFilter & PageArguments,
  counted: boolean,
): Promise<TaskPage> {
  const request = pageRequest(args);
  const { page, limit } = request;
  validate(searchTerm, { search: args.search });
  const sort = args.sort ?? defaultSort;
  const { rows, total } =
    args.status || args.search
      ? await readFiltered(db, viewer, args, sort, request, counted)
      : await reads.page(sort, { ...request, userId: viewer.userId }, counted);
  if (total !== undefined) return { ...request, data: rows, count: rows.length, total, hasNext: page * limit < total };
  const data = rows.slice(0, limit);
  return { ...request, data, count: data.length, total, hasNext: rows.length > limit };
}

async function readFiltered(
  db: ListQueries,
  viewer: Viewer,
  filter: TaskFilter,
  sort: TaskSort,
  request: PageRequest,
  counted: boolean,
): Promise<PageRows> {
  const values: unknown[] = [];
  const where = matching(viewer, filter, values);
  const bounds = `LIMIT $${values.push(rowsRead(request, counted))}::int OFFSET $${values.push(rowsBefore(request))}::bigint`;
  const page = `SELECT ${taskColumns} FROM tasks WHERE ${where} ORDER BY ${orderBy(sort)} ${bounds}`;
  const total = counted ? `(SELECT count(*)::int FROM tasks WHERE ${where}) AS total,` : '';
  const text = `SELECT ${total} (SELECT ${tasksAsJson} FROM (${page}) AS page) AS tasks`;
  return onePage(db, text, values);
}
