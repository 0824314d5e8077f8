import type { SharedTable } from '../inspection/catalogue.js';

/** A difference that adoption removes. Statements run in the order: all `before`, one `ALTER TABLE` per table, all `after`. */
export interface Change {
  /** For the report, such as "users.name becomes nullable". */
  readonly text: string;
  readonly before?: readonly string[];
  /** Clauses of the table's one `ALTER TABLE`, which rewrites it once. */
  readonly clauses?: { readonly table: SharedTable; readonly sql: readonly string[] };
  readonly after?: readonly string[];
}

/** Each difference between a database and Tandem's first migration is one of these. */
export interface Judgement {
  readonly changes: readonly Change[];
  /** What stays although Tandem does not need it. */
  readonly retained: readonly string[];
  /** What has no one answer, with the cure. */
  readonly refusals: readonly string[];
}

/** Puts judgements together, in order. */
export const combined = (judgements: readonly Judgement[]): Judgement => ({
  changes: judgements.flatMap(({ changes }) => changes),
  retained: judgements.flatMap(({ retained }) => retained),
  refusals: judgements.flatMap(({ refusals }) => refusals),
});

/** A judgement of one kind. */
export const changed = (...changes: Change[]): Judgement => ({ changes, retained: [], refusals: [] });
/** A judgement of one kind. */
export const retained = (...texts: string[]): Judgement => ({ changes: [], retained: texts, refusals: [] });
/** A judgement of one kind. */
export const refused = (...texts: string[]): Judgement => ({ changes: [], retained: [], refusals: texts });
/** There is no difference. */
export const unchanged: Judgement = { changes: [], retained: [], refusals: [] };

/** An identifier as SQL quotes it. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
