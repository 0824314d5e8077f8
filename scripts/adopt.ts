// Adopts the tables of an earlier back end, or reports how it would.
import type pg from 'pg';
import type { Config } from '../src/config.js';
import { StartError } from '../src/core/start-error.js';
import { adopt } from '../src/db/adoption/adopt.js';
import { inTransaction } from '../src/db/adoption/session.js';
import { parseConnectionUrl } from '../src/db/postgres/connection/connection-url.js';
import { connectTo, createTarget } from '../src/db/postgres/connection/target.js';
import { directUrlOf } from '../src/db/postgres/connection/url-text.js';
import { refusal } from '../src/db/postgres/refusal/refusal.js';
import { createLogger } from '../src/log/log.js';
import { readDatabaseConfig, readFlags, runCommand } from './command.js';

const usage = 'npm run db:adopt [-- --apply] [--timeout SECONDS] [--all]';

await runCommand(async () => {
  const flags = readFlags(
    { apply: { type: 'boolean' }, timeout: { type: 'string', default: '300' }, all: { type: 'boolean' } },
    usage,
  );
  const { database } = readDatabaseConfig();
  // A pooler may end long statements, and the URL for migrations leads past it.
  if (database.url === undefined) throw new StartError('There is nothing to adopt in the embedded database: set DATABASE_URL.');
  const url = database.directUrl ?? directUrlOf(database.url);
  // As the server does: the URL for migrations may name another one.
  const schema = database.schema ?? parseConnectionUrl(database.url, database.libpq).schema;
  const isApplied = flags.apply ?? false;
  const timeoutMs = readSeconds(flags.timeout) * 1000;
  const client = await connect(url, database);
  try {
    const listed = flags.all ? 1_000_000 : 20;
    const report = await inTransaction(
      client,
      { isReadOnly: !isApplied, timeoutMs, schema },
      (query) => adopt(query, { isApplied, listed }),
      ({ refusal: reason }) => isApplied && reason === undefined,
    );
    console.log(report.text);
    if (report.refusal) throw new StartError(report.refusal);
  } finally {
    await client.end();
  }
});

async function connect(url: string, { libpq }: Config['database']): Promise<pg.Client> {
  const target = createTarget(url, libpq, createLogger({ debug: false }));
  return connectTo(target).catch((error) => {
    throw refusal(error, target.settings);
  });
}

function readSeconds(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new StartError(`--timeout must be a whole number of seconds, from 1 to 999999. Usage: ${usage}`);
}
