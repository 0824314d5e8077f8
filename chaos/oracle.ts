/** What the senders of writes know: each write is a task with a title of its own. */
export interface Knowledge {
  /** The id that the response of a write named, by title. */
  readonly acknowledged: ReadonlyMap<string, number>;
  /** The titles of writes that got no response that tells whether they took place. */
  readonly unknown: ReadonlySet<string>;
}

/** A task as the database holds it. */
export interface StoredTask {
  readonly id: number;
  readonly title: string;
}

/** How database and knowledge contradict each other: three lists of titles, empty when they do not. */
export interface Contradictions {
  /** Acknowledged, but not stored under the id of the response. */
  readonly lost: readonly string[];
  /** Stored more than once, although a repeated request carries the same `Idempotency-Key`. */
  readonly doubled: readonly string[];
  /** Stored, although the response said that nothing was written, or nobody sent it. */
  readonly unexplained: readonly string[];
}

/** Compares: acknowledged ⊆ stored ⊆ acknowledged ∪ unknown, and each write is stored once at most. */
export function contradictions({ acknowledged, unknown }: Knowledge, stored: readonly StoredTask[]): Contradictions {
  const idsByTitle = new Map<string, number[]>();
  for (const { id, title } of stored) idsByTitle.set(title, [...(idsByTitle.get(title) ?? []), id]);
  const titles = [...idsByTitle.keys()];
  return {
    lost: [...acknowledged].filter(([title, id]) => !idsByTitle.get(title)?.includes(id)).map(([title]) => title),
    doubled: titles.filter((title) => (idsByTitle.get(title)?.length ?? 0) > 1),
    unexplained: titles.filter((title) => !acknowledged.has(title) && !unknown.has(title)),
  };
}
