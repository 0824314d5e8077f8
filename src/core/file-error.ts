import { getSystemErrorMap } from 'node:util';

const isFileError = (error: unknown): error is NodeJS.ErrnoException =>
  typeof error === 'object' && error !== null && 'errno' in error && 'code' in error;

/** @returns the error's code, such as `ENOENT`. */
export const errorCode = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;

/** Node makes folders with `mkdir -p`, which fails so where a file has the name of one. */
const fileInTheWay = 'a file is where a folder should be';
const descriptions: Readonly<Record<string, string>> = { EEXIST: fileInTheWay, ENOTDIR: fileInTheWay };

/**
 * Says why a file or folder cannot be used.
 * @returns such as `permission denied (EACCES) for user 1000`; other errors by their message.
 */
export function fileErrorReason(error: unknown): string {
  if (!isFileError(error)) return error instanceof Error ? error.message : String(error);
  const [, systemDescription = error.message] = getSystemErrorMap().get(Number(error.errno)) ?? [];
  return `${descriptions[error.code ?? ''] ?? systemDescription} (${error.code}) for user ${process.getuid?.() ?? 'unknown'}`;
}
