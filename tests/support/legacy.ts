import pg from 'pg';
import { type AdoptionReport, adopt } from '../../src/db/adoption/adopt.js';
import { type Connection, inTransaction } from '../../src/db/adoption/session.js';
import { createPostgresDatabase } from './databases.js';

/** The tables as FastAPI with SQLModel made them. */
export const legacyTables = `
  CREATE TABLE users (id VARCHAR NOT NULL, email VARCHAR(255) NOT NULL, name VARCHAR(255),
    created_at TIMESTAMP WITHOUT TIME ZONE NOT NULL, updated_at TIMESTAMP WITHOUT TIME ZONE NOT NULL, PRIMARY KEY (id));
  CREATE UNIQUE INDEX ix_users_email ON users (email);
  CREATE TABLE tasks (id SERIAL NOT NULL, user_id VARCHAR NOT NULL, title VARCHAR(200) NOT NULL, description VARCHAR,
    status VARCHAR(20), created_at TIMESTAMP WITHOUT TIME ZONE, updated_at TIMESTAMP WITHOUT TIME ZONE,
    PRIMARY KEY (id), FOREIGN KEY (user_id) REFERENCES users (id));`;

/** Rows that break no rule. */
export const legacyRows = `
  INSERT INTO users VALUES
    ('user_1', 'ada@example.com', 'Ada', '2025-12-14 10:00:00', '2025-12-14 10:00:00.123456'),
    ('user_2', 'bob@example.com', NULL, '2025-07-01 00:30:00', '2025-07-01 00:30:00');
  INSERT INTO tasks (user_id, title, description, status, created_at, updated_at) VALUES
    ('user_1', 'Buy groceries', 'Milk, eggs, bread', 'Pending', '2025-12-14 10:00:00', '2025-12-14 11:00:00'),
    ('user_1', 'Pay the rent', NULL, 'Completed', '2025-07-01 00:30:00', '2025-07-02 00:30:00'),
    ('user_2', 'Call Ada', '', 'Pending', '2025-12-14 10:00:00', '2025-12-14 10:00:00');`;

interface TestOptions {
  readonly isApplied?: boolean;
  readonly listed?: number;
  readonly timeoutMs?: number;
}

/** Runs what `npm run db:adopt` runs, on a connection. */
export const adoptOn = (
  connection: Connection,
  { isApplied = false, listed = 20, timeoutMs = 60_000 }: TestOptions = {},
): Promise<AdoptionReport> =>
  inTransaction(
    connection,
    { isReadOnly: !isApplied, timeoutMs },
    (query) => adopt(query, { isApplied, listed }),
    ({ refusal }) => isApplied && refusal === undefined,
  );

/** A database of an earlier back end's, and a connection to it. */
export interface LegacyDatabase {
  readonly url: string;
  /** Runs statements; the rows are those of the last one. */
  sql<Row = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Runs `npm run db:adopt` in this process. */
  adopt(options?: TestOptions): Promise<AdoptionReport>;
  drop(): Promise<void>;
}

/** Makes a database. @param script creates what it holds. @param options of the connection, such as `-c TimeZone=Asia/Tokyo`. */
export async function createLegacyDatabase(script: string, options?: string): Promise<LegacyDatabase> {
  const { url, drop } = await createPostgresDatabase('');
  const client = new pg.Client({ connectionString: url, options });
  await client.connect();
  const sql = async <Row>(text: string, values?: readonly unknown[]): Promise<Row[]> => {
    const result: pg.QueryResult | pg.QueryResult[] = await client.query(text, values?.slice());
    return [result].flat().at(-1)?.rows ?? [];
  };
  await sql(script);
  return {
    url,
    sql,
    adopt: (options) => adoptOn(client, options),
    drop: async () => {
      await client.end();
      await drop();
    },
  };
}

const inSchema = `relnamespace = current_schema()::regnamespace`;

/** What a schema is made of, a line each, in the order of their text. @param relations of which tables; of all when absent. */
export async function readShape({ sql }: Pick<LegacyDatabase, 'sql'>, ...relations: string[]): Promise<string[]> {
  const which = relations.length ? `AND relname IN (${relations.map((name) => `'${name}'`).join()})` : '';
  const rows = await sql<{ line: string }>(
    `SELECT concat_ws(' ', relname, attname, format_type(atttypid, atttypmod), attnotnull, attidentity, pg_get_expr(adbin, adrelid)) AS line
       FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
       LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE ${inSchema} AND relkind IN ('r', 'v') ${which}
     UNION ALL SELECT concat_ws(' ', relname, conname, pg_get_constraintdef(pg_constraint.oid)) FROM pg_constraint
       JOIN pg_class ON pg_class.oid = conrelid WHERE ${inSchema} AND contype <> 'n' ${which}
     UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class ON pg_class.oid = indrelid WHERE ${inSchema} ${which}
     UNION ALL SELECT pg_get_triggerdef(pg_trigger.oid) || tgenabled::text FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
       WHERE NOT tgisinternal AND ${inSchema} ${which}
     ${relations.length ? '' : `UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = current_schema()::regnamespace AND prokind = 'f'`}
     ORDER BY 1`,
  );
  return rows.map(({ line }) => line);
}

/** Everything a schema holds: its shape, all rows, the states of its sequences. */
export async function readEverything(database: Pick<LegacyDatabase, 'sql'>): Promise<unknown[]> {
  const relations = await database.sql<{ name: string; columns: string }>(
    `SELECT quote_ident(relname) AS name, CASE relkind WHEN 'S' THEN 'last_value, is_called' ELSE '*' END AS columns
     FROM pg_class WHERE ${inSchema} AND relkind IN ('r', 'S') ORDER BY 1`,
  );
  const contents: unknown[] = [...(await readShape(database))];
  for (const { name, columns } of relations) {
    contents.push(
      name,
      await database.sql(`SELECT to_jsonb(r)::text AS row FROM (SELECT ${columns} FROM ${name}) AS r ORDER BY 1`),
    );
  }
  return contents;
}
