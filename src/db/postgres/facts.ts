import type pg from 'pg';
import { StartError } from '../../core/start-error.js';

/** The first version with `normalize`, by which searches find composed and decomposed forms alike. */
const minVersion = 13;

type Fact = 'version' | 'icu' | 'encoding' | 'schema' | 'replica' | 'readOnly' | 'commit' | 'role';

/** What a server is, as far as it matters to every connection. */
interface ServerFacts {
  /** The first schema of the role's search_path that exists; null when there is none. */
  readonly schema: string | null;
  /** What lessens safety, a sentence each. */
  readonly warnings: readonly string[];
}

/**
 * Reads what a server is.
 * @throws StartError when it is too old or lacks ICU, or when its encoding cannot hold every text.
 */
export async function readFacts(client: pg.Client): Promise<ServerFacts> {
  const { rows } = await client.query<Record<Fact, string | null>>(
    `SELECT current_setting('server_version_num') AS version, current_setting('server_encoding') AS encoding,
       (SELECT count(*)::text FROM pg_catalog.pg_collation WHERE collname = 'und-x-icu') AS icu,
       current_schema() AS schema, pg_is_in_recovery()::text AS replica,
       current_setting('default_transaction_read_only') AS "readOnly", current_setting('synchronous_commit') AS commit,
       current_setting('session_replication_role') AS role`,
  );
  const [facts] = rows;
  if (!facts) throw new TypeError('A SELECT without FROM has one row.');
  checkRequirements(facts);
  const warnings = [
    facts.replica === 'true' && 'the server is a standby, and refuses every write',
    facts.readOnly === 'on' && 'default_transaction_read_only is on: the server refuses every write',
    facts.commit === 'off' && 'synchronous_commit is off: a crash of the server may lose acknowledged writes',
    facts.role === 'replica' && 'session_replication_role is replica: the triggers that keep updated_at do not run',
  ].filter((warning) => warning !== false);
  return { schema: facts.schema, warnings };
}

function checkRequirements({ version, icu, encoding }: Record<Fact, string | null>): void {
  // 150004 is version 15.4.
  const major = Math.floor(Number(version) / 10_000);
  if (major < minVersion)
    throw new StartError(`DATABASE_URL: the server is PostgreSQL ${major}; use version ${minVersion} or newer.`);
  if (encoding !== 'UTF8') {
    const cure = 'create a database with ENCODING UTF8 TEMPLATE template0';
    throw new StartError(`DATABASE_URL: the database's encoding ${encoding} cannot hold every text; ${cure}.`);
  }
  if (icu === '0') throw new StartError('DATABASE_URL: the server was built without ICU, which searches need; use one with it.');
}
