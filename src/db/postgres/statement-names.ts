import { createHash } from 'node:crypto';

/** Statements that are prepared at most; what is beyond is rare and runs unnamed. */
const maxNames = 500;
/** The parts of SQL that PostgreSQL plans. */
const isPlanned = /^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b/i;

/** Names of statements, so that a connection parses and plans each text once. */
export interface StatementNames {
  /** @returns undefined for a statement that runs unnamed. */
  nameOf(text: string): string | undefined;
  /** Gives every statement a new name: what was prepared under the old ones is stale. */
  renew(): void;
  /** Names nothing from now on. @returns whether it named before. */
  disable(): boolean;
}

/**
 * Creates the names. Each is a digest of the text and of the schema: through a pooler a name may reach a statement that another
 * process has prepared, which must then be the same.
 */
export function createStatementNames(schema: string, isEnabled: boolean): StatementNames {
  const names = new Map<string, string>();
  let generation = 0;
  return {
    nameOf: (text) => {
      if (!isEnabled) return undefined;
      const existing = names.get(text);
      if (existing) return existing;
      if (names.size >= maxNames || !isPlanned.test(text)) return undefined;
      const name = `tandem_${digest(`${generation} ${schema} ${text}`)}`;
      names.set(text, name);
      return name;
    },
    renew: () => {
      generation++;
      names.clear();
    },
    disable: () => {
      const was = isEnabled;
      isEnabled = false;
      return was;
    },
  };
}

// PostgreSQL cuts names at 63 bytes.
const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);
