import type pg from 'pg';

/** Names of PostgreSQL's settings with values. */
export type Settings = Readonly<Record<string, string>>;

/**
 * What could change an answer: how values are written and read, and what a statement sees. A role, a database, a URL or a
 * pooler may have set any of these to something else. Our statements read no interval, no bytea and no float, so that their
 * formats do not matter.
 */
export const formatSettings: Settings = {
  TimeZone: 'UTC',
  DateStyle: 'ISO, MDY',
  client_encoding: 'UTF8',
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  transform_null_equals: 'off',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
};

/** How long a statement, a wait for a lock or an idle transaction may hold a connection: without them a fault does more harm. */
export const limitSettings: Settings = {
  statement_timeout: '5s',
  lock_timeout: '2s',
  idle_in_transaction_session_timeout: '10s',
};

/** Makes the setting that leads every unqualified name to one schema. */
export const searchPath = (schema: string): Settings => ({ search_path: quoteName(schema) });

/**
 * Writes the one statement that sets some settings.
 * @param scope until when they hold.
 * @returns undefined when there is nothing to set.
 */
export function setStatement(settings: Settings, scope: 'session' | 'transaction'): string | undefined {
  const calls = Object.entries(settings).map(
    ([name, value]) => `set_config(${quote(name)}, ${quote(value)}, ${scope === 'transaction'})`,
  );
  return calls.length > 0 ? `SELECT ${calls.join(', ')}` : undefined;
}

/** Writes the statements that undo `setStatement` for a session. @returns undefined when there is nothing to undo. */
export const resetStatement = (settings: Settings): string | undefined =>
  Object.keys(settings)
    .map((name) => `RESET ${name}`)
    .join('; ') || undefined;

/** Reads settings of a connection. @returns null for one that the server does not know. */
export async function readSettings(
  client: Pick<pg.ClientBase, 'query'>,
  names: readonly string[],
): Promise<Record<string, string | null>> {
  const columns = names.map((name) => `current_setting(${quote(name)}, true) AS ${quoteName(name)}`);
  const { rows } = await client.query<Record<string, string | null>>(`SELECT ${columns.join(', ')}`);
  return rows[0] ?? {};
}

/** @returns those of the settings that a connection has otherwise. */
export async function findDifferences(client: Pick<pg.ClientBase, 'query'>, settings: Settings): Promise<Settings> {
  const current = await readSettings(client, Object.keys(settings));
  return Object.fromEntries(Object.entries(settings).filter(([name, value]) => current[name] !== value));
}

// An E string means the same whatever standard_conforming_strings says.
const quote = (text: string): string => `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

/** Writes a name as an SQL identifier. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;
