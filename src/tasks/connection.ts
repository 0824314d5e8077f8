import { type ConnectionArguments, type Slice, sliceRequest } from '../core/page.js';
import { validate } from '../core/validate.js';
import type { Viewer } from '../core/viewer.js';
import { type ListQueries, matching, type TaskFilter } from './filter.js';
import { beyond, decodeCursor, defaultSort, encodeCursor, orderBy, type Position, type TaskSort } from './order.js';
import { type TaskRow, taskColumns } from './row.js';
import { searchTerm } from './rules.js';

/** A place in a connection. */
export interface TaskEdge {
  readonly node: TaskRow;
  readonly cursor: string;
}

/** One slice of a connection. What costs a statement of its own is a function: it runs only when it is asked for. */
export interface TaskConnection {
  readonly edges: readonly TaskEdge[];
  hasNextPage(): Promise<boolean>;
  hasPreviousPage(): Promise<boolean>;
  totalCount(): Promise<number>;
}

/**
 * Reads one slice of a connection: keyset, so that a far page costs what the first does.
 * @throws AppError `BAD_REQUEST`, `VALIDATION_ERROR`
 */
export async function readConnection(
  db: ListQueries,
  viewer: Viewer,
  args: TaskFilter & ConnectionArguments,
): Promise<TaskConnection> {
  const slice = sliceRequest(args);
  validate(searchTerm, { search: args.search });
  const sort = args.sort ?? defaultSort;
  const ends = positions(sort, slice);
  const values: unknown[] = [];
  const where = [
    matching(viewer, args, values),
    ...(ends.after ? [beyond(sort, 'after', ends.after, values)] : []),
    ...(ends.before ? [beyond(sort, 'before', ends.before, values)] : []),
  ].join(' AND ');
  // One row more than asked for tells whether there is a next page.
  const rows = await db.query<TaskRow>(
    `SELECT ${taskColumns} FROM tasks WHERE ${where} ORDER BY ${orderBy(sort, slice.backward)} LIMIT $${values.push(slice.count + 1)}::int`,
    values,
  );
  const more = rows.length > slice.count;
  const page = rows.slice(0, slice.count);
  if (slice.backward) page.reverse();
  /** Whether anything lies on the far side of a cursor that the client gave, its own row included. */
  const outside = async (side: 'after' | 'before', end: Position | undefined): Promise<boolean> => {
    if (!end) return false;
    const bound: unknown[] = [];
    const clause = `${matching(viewer, args, bound)} AND ${beyond(sort, side, end, bound, true)}`;
    // In order, so that the index leads there: EXISTS alone lets PostgreSQL read the table until it meets one.
    const [found] = await db.query(`SELECT id FROM tasks WHERE ${clause} ORDER BY ${orderBy(sort)} LIMIT 1`, bound);
    return found !== undefined;
  };
  return {
    edges: page.map((node) => ({ node, cursor: encodeCursor(sort, node) })),
    hasNextPage: once(async () => (!slice.backward && more) || outside('after', ends.before)),
    hasPreviousPage: once(async () => (slice.backward && more) || outside('before', ends.after)),
    totalCount: once(() => countMatching(db, viewer, args)),
  };
}

/** Several owners of one list share a connection: what it is asked twice it looks up once. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    answer ??= ask();
    return answer;
  };
}

async function countMatching(db: ListQueries, viewer: Viewer, filter: TaskFilter): Promise<number> {
  const values: unknown[] = [];
  const [counted] = await db.query<{ total: number }>(
    `SELECT count(*)::int AS total FROM tasks WHERE ${matching(viewer, filter, values)}`,
    values,
  );
  return counted?.total ?? 0;
}

const positions = (sort: TaskSort, { after, before }: Slice) => ({
  after: after === undefined ? undefined : decodeCursor(sort, after, 'after'),
  before: before === undefined ? undefined : decodeCursor(sort, before, 'before'),
});
