import type { Database } from '../../../src/db/database.js';
import type { Normalizer } from './normalizer.js';

const tables = ['users', 'tasks', 'credentials', 'sessions', 'refresh_tokens', 'idempotency_keys'] as const;

/** Every row of every table, by the parts that ids, tokens and times play. */
export type Rows = Readonly<Record<(typeof tables)[number], readonly unknown[]>>;

interface Row extends Record<string, unknown> {
  readonly scope?: unknown;
  readonly result?: unknown;
  readonly fingerprint?: unknown;
}

/** Reads all there is. */
export async function readRows({ query }: Pick<Database, 'query'>, normalizer: Normalizer): Promise<Rows> {
  const read = async (table: (typeof tables)[number]) => {
    const rows = (await query<Row>(`SELECT * FROM ${table}`, [])).map((row) => playedBy(normalizer, row));
    return [table, rows.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))];
  };
  return Object.fromEntries(await Promise.all(tables.map(read))) as Rows;
}

function playedBy(normalizer: Normalizer, { fingerprint, ...row }: Row): unknown {
  if (fingerprint === undefined) return normalizer.of(row);
  // The same key and secret: what was asked must have been digested alike, but for a refresh token, drawn by lot.
  const isRefresh = row.scope === '' && row.result === true;
  return { ...(normalizer.of(row) as object), fingerprint: isRefresh ? '‹of a refresh token›' : fingerprint };
}
