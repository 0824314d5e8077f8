import type { Config } from '../config.js';
import type { Logger } from '../log/log.js';
import type { Database } from './database.js';

/**
 * Opens the database and brings its schema up to date.
 * @throws StartError when it is in use, out of reach, or refuses the credentials.
 */
export async function openDatabase({ database, dataDir }: Pick<Config, 'database' | 'dataDir'>, log: Logger): Promise<Database> {
  // Only the driver that is used is loaded: the other's code would double the time to start.
  const { url } = database;
  if (url !== undefined) {
    const { openPostgres } = await import('./postgres/open-postgres.js');
    return openPostgres({ ...database, url }, log);
  }
  const { openEmbedded } = await import('./embedded/open-embedded.js');
  return openEmbedded(dataDir, log);
}
