import { availableParallelism } from 'node:os';
import { hash, parseOptions, verify } from '@node-rs/argon2';
import pLimit from 'p-limit';
import { AppError } from '../core/errors.js';

/** OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB, two passes, one lane (the library's default variant). */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** How many may wait for their turn to be hashed before more are turned away. */
const longestQueue = 64;
// One core is left to everything else: with all of them hashing, every other request would wait for its turn.
const turn = pLimit(Math.max(1, availableParallelism() - 1));

// Hashing takes a core for tens of milliseconds: past a short queue, an honest 503 beats a long wait.
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (turn.pendingCount >= longestQueue) throw new AppError('SERVICE_UNAVAILABLE', { retryAfterSeconds: 2 });
  return turn(work);
}

/** Hashes a password to a PHC string. */
export async function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password, parameters));
}

let decoy: Promise<string> | undefined;

/**
 * Compares a password with a hash. Without a hash (no such account, or one without a password) it does the same
 * work on a decoy and says no, so that the time tells nothing.
 */
export async function passwordMatches(password: string, passwordHash: string | undefined): Promise<boolean> {
  decoy ??= hash('decoy', parameters);
  const target = passwordHash ?? (await decoy);
  const matches = await inTurn(() => verify(target, password));
  return matches && passwordHash !== undefined;
}

/** Whether a hash was made with other parameters than today's. */
export function isOutdated(passwordHash: string): boolean {
  const used = parseOptions(passwordHash);
  return (
    used.memoryCost !== parameters.memoryCost ||
    used.timeCost !== parameters.timeCost ||
    used.parallelism !== parameters.parallelism
  );
}
