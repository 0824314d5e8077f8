import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { Knowledge } from './oracle.js';

/** The lists of acknowledged and unknown writes, in memory and in two files. */
export interface Ledger extends Knowledge {
  /** Records that a response told the id of a new task. */
  acknowledge(title: string, id: number): void;
  /** Records that a write may have taken place. */
  doubt(title: string): void;
  close(): void;
}

/**
 * Opens empty lists. A line is in its file before the next write is sent.
 * @param folder is made; gets `acknowledged.txt` (title and id) and `unknown.txt` (titles).
 */
export function openLedger(folder: string): Ledger {
  mkdirSync(folder, { recursive: true });
  const acknowledged = new Map<string, number>();
  const unknown = new Set<string>();
  const files = {
    acknowledged: openSync(path.join(folder, 'acknowledged.txt'), 'w'),
    unknown: openSync(path.join(folder, 'unknown.txt'), 'w'),
  };
  return {
    acknowledged,
    unknown,
    acknowledge: (title, id) => {
      acknowledged.set(title, id);
      writeSync(files.acknowledged, `${title} ${id}\n`);
    },
    doubt: (title) => {
      unknown.add(title);
      writeSync(files.unknown, `${title}\n`);
    },
    close: () => {
      for (const file of Object.values(files)) closeSync(file);
    },
  };
}
