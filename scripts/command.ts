import { type ParseArgsConfig, parseArgs } from 'node:util';
import { type Config, ConfigError, readConfig } from '../src/config.js';
import { StartError } from '../src/core/start-error.js';
import type { Database } from '../src/db/database.js';
import { openDatabase } from '../src/db/open-database.js';
import { createLogger } from '../src/log/log.js';

/** What the commands need of the configuration; what else is wrong with the environment is none of their concern. */
export function readDatabaseConfig(): Config {
  const names = Object.keys(process.env).filter((name) => /^(DATA_DIR$|DATABASE_|PG)/.test(name));
  return readConfig(Object.fromEntries(names.map((name) => [name, process.env[name]])));
}

/** Opens the configured database, which brings its schema up to date. Waits for one that is out of reach (DATABASE_WAIT). */
export async function openConfiguredDatabase(): Promise<Database> {
  const db = await openDatabase(readDatabaseConfig(), createLogger({ debug: false }));
  try {
    await db.ready;
    return db;
  } catch (error) {
    await db.close();
    throw error;
  }
}

/**
 * Reads a command line.
 * @param usage how the command is called.
 * @throws StartError for what it does not take.
 */
export function readFlags<const Options extends NonNullable<ParseArgsConfig['options']>>(options: Options, usage: string) {
  try {
    return parseArgs({ options }).values;
  } catch (cause) {
    // The first sentence says what is wrong; the rest explains how options are written in general.
    const reason = cause instanceof Error ? cause.message.split(/[.:]\s/)[0] : String(cause);
    throw new StartError(`${reason}. Usage: ${usage}`, { cause });
  }
}

/** Runs a command: what an operator can act on is one line and exit code 1, without a stack. */
export async function runCommand(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    console.error(wording(error));
    process.exitCode = 1;
  }
}

function wording(error: unknown): string {
  if (error instanceof ConfigError) return error.faults.map((fault) => `${fault}.`).join('\n');
  if (error instanceof StartError) return error.message;
  return error instanceof Error ? String(error.stack) : String(error);
}
