import type { Viewer } from '../core/viewer.js';
import type { Queries } from '../db/database.js';
import type { TaskSort } from './order.js';
import type { TaskStatus } from './rules.js';

/** Which tasks a list shows; null and absent mean all. */
export interface TaskFilter {
  readonly status?: TaskStatus | null;
  readonly search?: string | null;
  readonly sort?: TaskSort | null;
}

/** What lists are read with. */
export type ListQueries = Pick<Queries, 'query'>;

// `%`, `_` and the escape itself stand for themselves in a search.
const pattern = (search: string): string => `%${search.replace(/[\\%_]/g, '\\$&')}%`;

/** Writes the WHERE clause of a list: the owner first, always. */
export function matching(viewer: Viewer, { status, search }: TaskFilter, values: unknown[]): string {
  const clauses = [`user_id = $${values.push(viewer.userId)}`];
  if (status) clauses.push(`status = $${values.push(status)}`);
  if (search) {
    // By Unicode's rules on every server: a database in the C locale would fold ASCII alone.
    const term = `$${values.push(pattern(search))} COLLATE "und-x-icu"`;
    clauses.push(`(title ILIKE ${term} OR description ILIKE ${term})`);
  }
  return clauses.join(' AND ');
}
