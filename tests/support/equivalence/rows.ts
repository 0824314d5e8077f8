import type { Database } from '../../../src/db/database.js';
import type { Normalizer } from './normalizer.js';

/** Every row of every table, by the parts that ids, tokens and times play. */
export type Rows = Readonly<Record<string, readonly unknown[]>>;

interface Row extends Record<string, unknown> {
  readonly scope?: unknown;
  readonly result?: unknown;
  readonly fingerprint?: unknown;
}

/** Reads all there is. */
export async function readRows({ query }: Pick<Database, 'query'>, normalizer: Normalizer): Promise<Rows> {
  const tables = await query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables
     WHERE table_schema = 'public' AND table_name <> '_prisma_migrations' ORDER BY 1`,
    [],
  );
  const rows: Record<string, unknown[]> = {};
  // One table after the other: the normalizer counts what it meets.
  for (const { name } of tables) {
    const read = await query<Row>(`SELECT * FROM "${name}"`, []);
    rows[name] = read.map((row) => playedBy(normalizer, row)).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  return rows;
}

function playedBy(normalizer: Normalizer, { fingerprint, ...row }: Row): unknown {
  if (fingerprint === undefined) return normalizer.of(row);
  // The same key and secret: what was asked must have been digested alike, but for a refresh token, drawn by lot.
  const isRefresh = row.scope === '' && row.result === true;
  return { ...(normalizer.of(row) as object), fingerprint: isRefresh ? '‹of a refresh token›' : fingerprint };
}
