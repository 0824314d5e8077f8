import type { Config } from '../config.js';
import type { Database } from './database.js';

/**
 * Opens the database and brings its schema up to date.
 * @throws StartError when it is in use, out of reach, or refuses the credentials.
 */
export async function openDatabase({ database, dataDir }: Pick<Config, 'database' | 'dataDir'>): Promise<Database> {
  // Only the driver that is used is loaded: the other's code would double the time to start.
  if (database.url) {
    const { openPostgres } = await import('./postgres/open-postgres.js');
    return openPostgres(database.url, database.poolSize);
  }
  const { openEmbedded } = await import('./embedded/open-embedded.js');
  return openEmbedded(dataDir);
}
