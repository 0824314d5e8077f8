import { availableParallelism } from 'node:os';
import { hash, parseOptions, verify } from '@node-rs/argon2';
import pLimit from 'p-limit';
import { AppError } from '../../core/errors.js';

/** OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB, two passes, one lane (the library's default variant). */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Hashes that may wait; further ones are refused. */
const maxQueued = 64;
// One core stays free: if all were hashing, every other request would wait.
const hashQueue = pLimit(Math.max(1, availableParallelism() - 1));

// A hash takes a core for tens of milliseconds: past a short queue, a 503 is better than a long wait.
function enqueue<T>(work: () => Promise<T>): Promise<T> {
  if (hashQueue.pendingCount >= maxQueued) throw new AppError('SERVICE_UNAVAILABLE', { retryAfterSeconds: 2 });
  return hashQueue(work);
}

/** Hashes a password to a PHC string. */
export async function hashPassword(password: string): Promise<string> {
  return enqueue(() => hash(password, parameters));
}

let decoy: Promise<string> | undefined;

/**
 * Compares a password with a hash.
 * @param passwordHash undefined for no account, or one without a password: the same work is done on a decoy, so that the
 * response time does not tell.
 */
export async function passwordMatches(password: string, passwordHash: string | undefined): Promise<boolean> {
  decoy ??= hash('decoy', parameters);
  const target = passwordHash ?? (await decoy);
  const matches = await enqueue(() => verify(target, password));
  return matches && passwordHash !== undefined;
}

/** Whether a hash has other parameters than new ones. */
export function isOutdated(passwordHash: string): boolean {
  const used = parseOptions(passwordHash);
  return (
    used.memoryCost !== parameters.memoryCost ||
    used.timeCost !== parameters.timeCost ||
    used.parallelism !== parameters.parallelism
  );
}
