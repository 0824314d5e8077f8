/** Runs a statement in the session that adopts. */
export type Query = <Row>(text: string, values?: readonly unknown[]) => Promise<Row[]>;

/** The two tables that an earlier back end shares with Tandem. */
export const sharedTables = ['users', 'tasks'] as const;
/** One of `sharedTables`. */
export type SharedTable = (typeof sharedTables)[number];

/** A column, from `pg_attribute`. */
export interface Column {
  readonly name: string;
  /** As `format_type` writes it, such as `character varying(255)`. */
  readonly type: string;
  readonly isEnum: boolean;
  /** Whether its collation is not the one of its type. */
  readonly hasCollation: boolean;
  readonly isNullable: boolean;
  /** An SQL expression; null without a default. */
  readonly default: string | null;
  readonly isIdentity: boolean;
  readonly isGenerated: boolean;
}

/** A constraint, from `pg_constraint`. */
export interface Constraint {
  readonly name: string;
  /** `contype`: primary key, foreign key, unique, check, exclusion, trigger. */
  readonly type: 'p' | 'f' | 'u' | 'c' | 'x' | 't';
  readonly columns: readonly string[];
  /** As `pg_get_constraintdef` writes it. */
  readonly definition: string;
  /** Of a foreign key: the table, if it is in the same schema, and its columns. */
  readonly target: string | null;
  readonly targetColumns: readonly string[];
}

/** An index, from `pg_index`. */
export interface Index {
  readonly name: string;
  readonly isUnique: boolean;
  /** Whether it is unique over its columns for every row and at every statement: valid, not partial, not deferrable. */
  readonly isPlain: boolean;
  /** The key columns; empty text for an expression. */
  readonly columns: readonly string[];
  /** As `pg_get_indexdef` writes it. */
  readonly definition: string;
}

/** What the catalogue says about `users` or `tasks`. */
export interface Table {
  readonly name: SharedTable;
  /** `relkind`: `r` for an ordinary table. */
  readonly kind: string;
  /** What prevents changing or using the whole table, such as another owner. */
  readonly faults: readonly string[];
  readonly columns: readonly Column[];
  readonly constraints: readonly Constraint[];
  readonly indexes: readonly Index[];
  readonly triggers: readonly string[];
  /** Foreign keys of other tables that do not follow a deletion. */
  readonly blockers: readonly string[];
}

/** Both tables, present. */
export type Tables = Readonly<Record<SharedTable, Table>>;

/** The oid of the schema that the connection's search path names first. */
export const schemaOid = '(SELECT oid FROM pg_namespace WHERE nspname = current_schema())';

const columnsOf = `SELECT coalesce(json_agg(json_build_object('name', attname, 'type', format_type(atttypid, atttypmod), 'isEnum', typtype = 'e',
    'hasCollation', attcollation <> typcollation, 'isNullable', NOT attnotnull, 'default', pg_get_expr(adbin, adrelid),
    'isIdentity', attidentity <> '', 'isGenerated', attgenerated <> '') ORDER BY attnum), '[]')
  FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
  WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped`;

const namesOf = (relation: string, keys: string) =>
  `ARRAY(SELECT coalesce(attname, '') FROM unnest(${keys}) WITH ORDINALITY AS key (number, position)
     LEFT JOIN pg_attribute ON attrelid = ${relation} AND attnum = key.number ORDER BY position)`;

const constraintsOf = `SELECT coalesce(json_agg(json_build_object('name', conname, 'type', contype,
    'columns', ${namesOf('conrelid', 'conkey')}, 'definition', pg_get_constraintdef(pg_constraint.oid),
    'target', (SELECT relname FROM pg_class WHERE oid = confrelid AND relnamespace = c.relnamespace),
    'targetColumns', ${namesOf('confrelid', 'confkey')}) ORDER BY conname), '[]')
  FROM pg_constraint WHERE conrelid = c.oid AND contype <> 'n'`;

const indexesOf = `SELECT coalesce(json_agg(json_build_object('name', i.relname, 'isUnique', indisunique,
    'isPlain', indisvalid AND indimmediate AND indpred IS NULL AND indexprs IS NULL AND indnatts = indnkeyatts,
    'columns', ${namesOf('indrelid', 'indkey::int2[]')}, 'definition', pg_get_indexdef(indexrelid)) ORDER BY i.relname), '[]')
  FROM pg_index JOIN pg_class i ON i.oid = indexrelid WHERE indrelid = c.oid AND NOT indisprimary`;

const triggersOf = `SELECT coalesce(json_agg(tgname ORDER BY tgname), '[]') FROM pg_trigger WHERE tgrelid = c.oid AND NOT tgisinternal`;

const blockersOf = `SELECT coalesce(json_agg(conrelid::regclass::text ORDER BY 1), '[]') FROM pg_constraint
  WHERE confrelid = c.oid AND contype = 'f' AND confdeltype IN ('a', 'r') AND conrelid <> c.oid
    AND NOT (c.relname = 'users' AND conrelid = (SELECT oid FROM pg_class WHERE relname = 'tasks' AND relnamespace = c.relnamespace))`;

const faultsOf = `SELECT coalesce(json_agg(fault), '[]') FROM (VALUES
    (NOT pg_has_role(c.relowner, 'USAGE'), 'belongs to the role ' || pg_get_userbyid(c.relowner) || ': run this as that role'),
    (c.relpersistence <> 'p', 'is not a permanent table: ALTER TABLE … SET LOGGED'),
    (c.relhassubclass OR c.relispartition OR EXISTS (SELECT FROM pg_inherits WHERE inhrelid = c.oid), 'is partitioned, or inherits'),
    (c.relhasrules, 'has rewrite rules (CREATE RULE)'),
    (c.relkind = 'r' AND row_security_active(c.oid), 'has row-level security that hides rows from this role')
  ) AS possible (applies, fault) WHERE applies`;

/** Reads those of the two tables that the schema has. */
export async function readTables(query: Query): Promise<Partial<Record<SharedTable, Table>>> {
  const tables = await query<Table>(
    `SELECT relname AS name, relkind AS kind, (${faultsOf}) AS faults, (${columnsOf}) AS columns, (${constraintsOf}) AS constraints,
       (${indexesOf}) AS indexes, (${triggersOf}) AS triggers, (${blockersOf}) AS blockers
     FROM pg_class c WHERE relnamespace = ${schemaOid} AND relname IN ('users', 'tasks') AND relkind NOT IN ('i', 'I', 't')`,
  );
  return Object.fromEntries(tables.map((table) => [table.name, table]));
}
