import pg from 'pg';
import type { Database } from '../database.js';
import { toRfc3339 } from '../moments.js';
import type { RunStatement } from './statements.js';

/** Makes a database's `query` of what runs its statements. */
export const queryOf =
  (run: RunStatement): Database['query'] =>
  async <Row>(text: string, values: readonly unknown[], signal?: AbortSignal) =>
    (await run({ text, values: [...values], types, signal })).rows as Row[];

// Text becomes RFC 3339 without a Date in between, which costs more than the row's other columns.
const types = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.TIMESTAMPTZ
      ? toRfc3339
      : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
};
