import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { readFacts } from './facts.js';
import {
  findDifferences,
  formatSettings,
  limitSettings,
  readSettings,
  resetStatement,
  type Settings,
  searchPath,
  setStatement,
} from './session-settings.js';

/** How the connections of a URL behave, and what statements must do to get the same answers over each. */
export interface Session {
  /** Whether transactions of one connection may run on several connections of the server (PgBouncer's transaction mode). */
  readonly isPooled: boolean;
  /** What each new connection sets for itself. */
  readonly connectionSettings: Settings;
  /** What each transaction sets for itself, since a connection cannot. */
  readonly transactionSettings: Settings;
  /** Whether a single statement must be such a transaction, too. */
  readonly wrapsStatements: boolean;
  /** Whether a statement that was prepared by name can be executed later. */
  readonly canPrepare: boolean;
  /** The schema that unqualified names lead to; null when there is none. */
  readonly schema: string | null;
  /** What lessens safety, a sentence each. */
  readonly warnings: readonly string[];
}

/** A session whose unqualified names lead to a schema. */
export type SessionWithSchema = Session & { readonly schema: string };

/** The warning where nothing leads past a pooler: LISTEN would stay behind on a connection that serves other programs. */
export const noListen =
  'the pooler keeps no LISTEN, so that sessions are looked up instead: set DATABASE_DIRECT_URL to the server itself';

/** How long a statement may wait while another connection holds the pooler's only connection to the server. */
const probeTimeoutMs = 1_000;
/** A pooler with several idle connections may pick any of them. */
const attempts = 3;

/**
 * Finds out how the connections of a URL behave, with two of them.
 * @param configuredSchema the one that the deployment names; undefined for the first of the role's search_path.
 * @throws StartError when the server is too old, or the encoding of the database cannot hold every text.
 */
export async function inspect(connect: () => Promise<pg.Client>, configuredSchema: string | undefined): Promise<Session> {
  const formats = { ...formatSettings, ...(configuredSchema !== undefined && searchPath(configuredSchema)) };
  const client = await connect();
  try {
    const { schema, warnings } = await readFacts(client);
    const common = { schema: configuredSchema ?? schema, warnings };
    const isDirect = 'processID' in client && client.processID === (await backendOf(client));
    const pooled = isDirect ? undefined : await probePooler(client, connect, formats);
    if (pooled) return { ...common, ...pooled, warnings: [...warnings, ...pooled.warnings] };
    const connectionSettings = { ...formats, ...limitSettings };
    return { ...common, isPooled: false, connectionSettings, transactionSettings: {}, wrapsStatements: false, canPrepare: true };
  } finally {
    await client.end();
  }
}

type PoolerFindings = Omit<Session, 'schema'>;

/** @returns undefined when each connection keeps one connection of the server to itself, as in PgBouncer's session mode. */
async function probePooler(
  client: pg.Client,
  connect: () => Promise<pg.Client>,
  formats: Settings,
): Promise<PoolerFindings | undefined> {
  const differences = await findDifferences(client, formats);
  const set = setStatement(differences, 'session');
  const reset = resetStatement(differences);
  if (set) await client.query(set);
  const statement = { name: `tandem_${randomBytes(8).toString('hex')}`, text: 'SELECT 1' };
  const isPrepared = await succeeds(client.query(statement));
  const backend = await backendOf(client);
  for (let attempt = 0; attempt < attempts; attempt++) {
    const other = await connect();
    try {
      // It takes a connection of the server: the one that `client` had, if the pooler thinks it free.
      await other.query('BEGIN');
      const now = await backendOf(client).catch(() => undefined);
      if (now === backend) continue;
      // The pooler hands the connection to other programs, which must not get the settings.
      if (reset && (await backendOf(other)) === backend) await other.query(reset);
      // The pooler has one connection only, and `client` waits for it.
      if (now === undefined) await commitAndEnd(other);
      const doSettingsLast = Object.keys(await findDifferences(client, formats)).length === 0;
      const canPrepare = isPrepared && (await succeeds(client.query(statement)));
      return { isPooled: true, canPrepare, ...(await planOf(client, formats, differences, doSettingsLast)) };
    } finally {
      await commitAndEnd(other);
    }
  }
  if (reset) await client.query(reset);
  return undefined;
}

const commitAndEnd = (client: pg.Client): Promise<void> =>
  client
    .query('COMMIT')
    .catch(() => {})
    .then(() => client.end());

async function planOf(client: pg.Client, formats: Settings, differences: Settings, doSettingsLast: boolean) {
  const limits = await readSettings(client, Object.keys(limitSettings));
  const missing = Object.keys(limitSettings).filter((name) => limits[name] === '0');
  const missingLimits = Object.fromEntries(missing.map((name) => [name, limitSettings[name] ?? '0']));
  const role = `ALTER ROLE … SET ${missing.map((name) => `${name} = '${limitSettings[name]}'`).join('; ALTER ROLE … SET ')}`;
  const warnings = missing.length > 0 ? [`the pooler keeps no limits for a connection: ${role}`] : [];
  if (doSettingsLast) {
    return { connectionSettings: differences, transactionSettings: missingLimits, wrapsStatements: false, warnings };
  }
  const cure = Object.entries(differences).map(([name, value]) => `ALTER ROLE … SET ${name} = '${value}'`);
  return {
    connectionSettings: {},
    transactionSettings: { ...formats, ...missingLimits },
    wrapsStatements: true,
    warnings: [...warnings, `the pooler keeps no settings, so that each statement takes three round trips: ${cure.join('; ')}`],
  };
}

const succeeds = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => true,
    () => false,
  );

async function backendOf(client: pg.Client): Promise<number | undefined> {
  const query = { text: 'SELECT pg_backend_pid() AS pid', query_timeout: probeTimeoutMs };
  const { rows } = await client.query<{ pid: number }>(query);
  return rows[0]?.pid;
}
