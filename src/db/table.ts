import { type Moment, toRfc3339 } from './moments.js';

/** How PostgreSQL spells each type of column. */
const sqlTypes = { integer: 'int', text: 'text', timestamp: 'timestamptz' } as const;

/** One column: everything about it that is not a rule or a GraphQL field. */
export interface Column {
  /** The name in the database, and in REST. */
  readonly name: string;
  readonly type: keyof typeof sqlTypes;
  readonly isNullable?: true;
  /** Whether an insert sets it; the database fills the other columns. */
  readonly isInserted?: true;
  /** The value in the examples of the documents. */
  readonly example: string | number | null;
}

/** The columns of a table by their names in TypeScript. */
export type Columns = Readonly<Record<string, Column>>;

type Value<C extends Column> =
  | { integer: number; text: string; timestamp: Moment }[C['type']]
  | (C extends { readonly isNullable: true } ? null : never);

/** A row of a table, as `Database.query` and Prisma return it. */
export type Row<C extends Columns> = { readonly [Key in keyof C]: Value<C[Key]> };

/** A table, and what statements need to know of its columns. */
export interface Table<C extends Columns> {
  readonly name: string;
  readonly columns: C;
  /** The select list that returns a `Row`, for `SELECT` and `RETURNING`. */
  readonly selectList: string;
  /** The columns that an insert sets. */
  readonly insertList: string;
  /** The types of those columns in PostgreSQL. */
  readonly insertTypes: readonly string[];
  /** The values of a new row, in the order of `insertList`; absent ones are null. */
  insertValues(row: { readonly [Key in keyof C]?: unknown }): unknown[];
  /**
   * The select list that returns many rows as one text, over a subquery of `selectList`. Column by column: PostgreSQL then looks up
   * the type of each column once, and the driver parses one field instead of one for each row and column (docs/performance.md).
   */
  readonly jsonList: string;
  /** Reads the text of `jsonList`. */
  fromJson(text: string): Row<C>[];
  readonly example: { readonly [Key in keyof C]: C[Key]['example'] };
}

/** Describes a table once; statements, row type, insert and examples follow. */
export function defineTable<const C extends Columns>(name: string, columns: C): Table<C> {
  const entries = Object.entries(columns);
  const inserted = entries.filter(([, column]) => column.isInserted);
  return {
    name,
    columns,
    selectList: entries.map(([key, column]) => `${name}.${column.name} AS "${key}"`).join(', '),
    insertList: inserted.map(([, column]) => column.name).join(', '),
    insertTypes: inserted.map(([, column]) => sqlType(column)),
    insertValues: (row) => inserted.map(([key]) => row[key] ?? null),
    jsonList: `json_build_array(${entries.map(([key]) => `json_agg("${key}")`).join(', ')})::text`,
    fromJson: jsonReader<C>(entries),
    example: Object.fromEntries(entries.map(([key, { example }]) => [key, example])) as Table<C>['example'],
  };
}

/** The type of a column in PostgreSQL. */
export const sqlType = ({ type }: Column): string => sqlTypes[type];

function jsonReader<C extends Columns>(columns: readonly [key: string, column: Column][]): (text: string) => Row<C>[] {
  const keys = columns.map(([key]) => key);
  const timestamps = columns.flatMap(([, { type }], index) => (type === 'timestamp' ? [index] : []));
  // Copies of one object with all keys share a hidden class: nearly as fast as an object literal in the source.
  const blank = Object.fromEntries(keys.map((key) => [key, null])) as Record<string, unknown>;
  return (text) => {
    const valuesByColumn = JSON.parse(text) as unknown[][];
    // Of no rows json_agg makes null.
    if (valuesByColumn[0] === null) return [];
    for (const index of timestamps) valuesByColumn[index] = (valuesByColumn[index] as unknown[]).map(readTimestamp);
    const rows: Record<string, unknown>[] = [];
    for (let position = 0; position < (valuesByColumn[0] as unknown[]).length; position++) {
      const row = { ...blank };
      for (let index = 0; index < keys.length; index++) row[keys[index] as string] = valuesByColumn[index]?.[position];
      rows.push(row);
    }
    return rows as Row<C>[];
  };
}

const readTimestamp = (value: unknown): string | null => (typeof value === 'string' ? toRfc3339(value) : null);
