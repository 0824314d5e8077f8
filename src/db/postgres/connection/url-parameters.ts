/** What libpq reads where the URL says nothing (PostgreSQL, "Environment Variables"). */
const environmentNames = {
  host: 'PGHOST',
  port: 'PGPORT',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  dbname: 'PGDATABASE',
  application_name: 'PGAPPNAME',
  connect_timeout: 'PGCONNECT_TIMEOUT',
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  channel_binding: 'PGCHANNELBINDING',
  target_session_attrs: 'PGTARGETSESSIONATTRS',
} as const;

/** libpq's variables of the environment: `PGOPTIONS` and those above. */
export type LibpqEnvironment = { readonly [Name in (typeof libpqVariables)[number]]?: string };

/** The names of these variables. */
export const libpqVariables = [...Object.values(environmentNames), 'PGOPTIONS'] as const;

/** Parameters that have a meaning: libpq's, then node-postgres', then Prisma's. */
const parameters = [
  ...Object.keys(environmentNames),
  ...['options', 'fallback_application_name', 'sslpassword', 'sslnegotiation', 'client_encoding', 'ssl', 'uselibpqcompat'],
  ...['schema', 'connection_limit', 'pool_timeout', 'pgbouncer', 'sslaccept', 'statement_cache_size'],
];

/** Whether a URL's parameter has a meaning. */
export const isParameter = (name: string): boolean => parameters.includes(name);

/** Values by libpq's keyword, and what is wrong with them. */
export interface Parameters {
  text(name: string): string | undefined;
  /** One of some values; another one is a fault. */
  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined;
  /** A decimal number within limits; anything else is a fault. */
  integer(name: string, min: number, max: number): number | undefined;
  /** Adds a fault, to follow `DATABASE_URL`. It must not hold a value. */
  fault(text: string): void;
  readonly faults: readonly string[];
}

/** Makes the reader of a URL's values, with the environment behind them. */
export function createParameters(values: ReadonlyMap<string, string>, environment: LibpqEnvironment): Parameters {
  const faults: string[] = [];
  const variable = (name: string) =>
    name in environmentNames ? environmentNames[name as keyof typeof environmentNames] : undefined;
  const text = (name: string) => {
    const fromEnvironment = variable(name);
    return values.get(name) || (fromEnvironment && environment[fromEnvironment]) || undefined;
  };
  const source = (name: string) => (values.get(name) ? name : (variable(name) ?? name));
  return {
    text,
    choice: (name, choices) => {
      const value = text(name);
      const choice = choices.find((each) => each === value);
      if (value && !choice) faults.push(`has an unknown ${source(name)}; it is one of ${choices.join(', ')}`);
      return choice;
    },
    integer: (name, min, max) => {
      const value = text(name);
      if (!value) return undefined;
      if (/^-?\d{1,9}$/.test(value) && Number(value) >= min && Number(value) <= max) return Number(value);
      faults.push(`has a ${source(name)} that is not a whole number from ${min} to ${max}`);
      return undefined;
    },
    fault: (fault) => faults.push(fault),
    faults,
  };
}
