import { type Budget, createLimiter } from '../core/budget.js';
import { AppError, fieldError } from '../core/errors.js';
import { idempotencyKeyField } from '../core/idempotency-key.js';
import type { IdempotencyKey } from '../core/request-context.js';
import type { Logger } from '../log/log.js';
import type { Database, Queries } from './database.js';
import { createSweep, type Entry, findLine, type Line, takeTurn, writeLine } from './ledger-lines.js';

/** A write as the ledger knows it. */
interface Write {
  /** Undefined when the client does not ask for it to be remembered. */
  readonly key: IdempotencyKey | undefined;
  /** Whose keys these are; undefined for what is for anyone. */
  readonly userId?: string;
  /** The root field. */
  readonly operation: string;
  /** Its arguments as the rules left them: the same in either style. */
  readonly payload: unknown;
}

/** Runs the statements of a write. With a key they and the ledger's own line are one transaction. */
export type Commit = <T>(statements: (queries: Queries) => Promise<T>) => Promise<T>;

/** Remembers for a day what was answered to writes with an idempotency key. One for both styles. */
export interface Ledger {
  /**
   * Makes a write, or answers again what it was answered before. What failed is not remembered: it changed nothing.
   * @param work ends in one `commit`. Its result must survive JSON; null and undefined say that nothing was written.
   * @param ownerOf whose result it is, when no person of the write's tells: with the person it goes.
   * @throws AppError `CONFLICT` while the same key is in flight, `VALIDATION_ERROR` when it came with another payload.
   */
  once<T>(write: Write, work: (commit: Commit) => Promise<T>, ownerOf?: (result: T) => string): Promise<T>;
}

interface Parts {
  readonly db: Database;
  readonly log: Logger;
  /** Makes a keyed digest: a payload may hold a password. */
  fingerprint(text: string): string;
  /** How often a key may come with other payloads: each try tells whether a password was guessed. */
  readonly mismatchBudget: Budget | undefined;
}

/** Found by the one who came second, when both had begun. */
class AlreadyWritten {
  constructor(readonly line: Line) {}
}

const inFlightError = () =>
  new AppError('CONFLICT', {
    message: 'A request with this idempotency key is in flight.',
    details: { field: idempotencyKeyField, error: 'The same key is in flight: wait for its answer' },
  });

export function createLedger({ db, log, fingerprint, mismatchBudget }: Parts): Ledger {
  const inFlight = new Set<string>();
  const mismatches = createLimiter(mismatchBudget);
  const sweep = createSweep(db, log);

  async function replay<T>(entry: Entry, line: Line): Promise<T> {
    if (line.fingerprint === entry.fingerprint) return line.result as T;
    await mismatches.spend(placeOf(entry));
    throw fieldError('VALIDATION_ERROR', [
      { field: idempotencyKeyField, error: 'This key came before with another request: use a new one' },
    ]);
  }

  return {
    once: async (write, work, ownerOf) => {
      if (!write.key) return work((statements) => statements(db));
      const entry = entryOf(write, write.key, fingerprint);
      const place = placeOf(entry);
      if (inFlight.has(place)) throw inFlightError();
      inFlight.add(place);
      try {
        const line = await findLine(db, entry);
        return line ? await replay(entry, line) : await work(commitWith(db, entry, ownerOf as OwnerOf));
      } catch (error) {
        if (error instanceof AlreadyWritten) return await replay(entry, error.line);
        throw error;
      } finally {
        inFlight.delete(place);
        sweep();
      }
    },
  };
}

const entryOf = (
  { userId, operation, payload }: Write,
  { key, part }: IdempotencyKey,
  digest: (text: string) => string,
): Entry => ({
  scope: userId ?? '',
  userId: userId ?? null,
  key,
  part,
  fingerprint: digest(JSON.stringify([operation, payload])),
});

const placeOf = ({ scope, key, part }: Entry): string => `${scope} ${part} ${key}`;

type OwnerOf = ((result: unknown) => string) | undefined;

const commitWith =
  (db: Database, entry: Entry, ownerOf: OwnerOf): Commit =>
  (statements) =>
    db.transaction(async (queries) => {
      if (!(await takeTurn(queries, placeOf(entry)))) throw inFlightError();
      const line = await findLine(queries, entry);
      if (line) throw new AlreadyWritten(line);
      const result = await statements(queries);
      if (result != null) await writeLine(queries, { ...entry, userId: ownerOf?.(result) ?? entry.userId }, result);
      return result;
    });
