import { StartError } from '../../core/start-error.js';

/** Words what a PostgreSQL answered at start, in one line with its cause. */
export function refusal(error: unknown, url: string): unknown {
  if (error instanceof StartError) return error;
  const { host, pathname, username } = new URL(url);
  const place = `the database ${pathname.slice(1)} at ${host}`;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === '28P01' || code === '28000') {
    return new StartError(`DATABASE_URL: ${place} refused the credentials of ${username || 'the default user'}.`, {
      cause: error,
    });
  }
  if (code === '3D000') return new StartError(`DATABASE_URL: ${place} does not exist; create it first.`, { cause: error });
  const reason = code || (error instanceof Error ? error.message : 'unknown error');
  return new StartError(`DATABASE_URL: ${place} cannot be used (${reason}).`, { cause: error });
}
