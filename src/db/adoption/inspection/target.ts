import type { Column, SharedTable, Table } from './catalogue.js';

/** What the first migration makes of a column. It has landed and never changes: later migrations run after adoption as they are. */
export interface TargetColumn {
  readonly name: string;
  /** As `format_type` writes it. */
  readonly type: string;
  readonly family: Family;
  readonly isNullable: boolean;
  /** As `pg_get_expr` writes it. Undefined: an existing default stays. */
  readonly default?: string;
  /** Without it a table is not the earlier back end's. */
  readonly isEssential?: boolean;
  /** The value of a row that has none. Undefined: NULL stays, or such a row has no one answer. */
  readonly fallback?: (table: Table | undefined) => string;
}

type Family = 'text' | 'integer' | 'time';

const families: Readonly<Record<Family, RegExp>> = {
  text: /^(text|character varying(\(\d+\))?|(\w+\.)?citext)$/,
  integer: /^(smallint|integer|bigint)$/,
  time: /^timestamp(\(\d\))? with(out)? time zone$/,
};

/** Whether a column's values can be retained in the target's type. */
export const isConvertible = ({ type, isEnum, isGenerated }: Column, { family }: TargetColumn): boolean =>
  !isGenerated && (families[family].test(type) || (isEnum && family === 'text'));

const time = (name: string, other: string): TargetColumn => ({
  name,
  type: 'timestamp(3) with time zone',
  family: 'time',
  isNullable: false,
  default: 'now()',
  fallback: (table) => `${instant(table, other)}, now()`,
});
const times = [time('created_at', 'updated_at'), time('updated_at', 'created_at')];

/** The columns of both tables, in the order of the first migration. */
export const targetColumns: Readonly<Record<SharedTable, readonly TargetColumn[]>> = {
  users: [
    { name: 'id', type: 'text', family: 'text', isNullable: false, isEssential: true },
    { name: 'email', type: 'character varying(255)', family: 'text', isNullable: false, isEssential: true },
    { name: 'name', type: 'character varying(255)', family: 'text', isNullable: true },
    ...times,
  ],
  tasks: [
    { name: 'id', type: 'integer', family: 'integer', isNullable: false, isEssential: true },
    { name: 'user_id', type: 'text', family: 'text', isNullable: false, isEssential: true },
    { name: 'title', type: 'character varying(200)', family: 'text', isNullable: false, isEssential: true },
    { name: 'description', type: 'text', family: 'text', isNullable: true },
    {
      name: 'status',
      type: 'character varying(20)',
      family: 'text',
      isNullable: false,
      default: `'Pending'::character varying`,
      fallback: () => `'Pending'`,
    },
    ...times,
  ],
};

/** @returns a column of a table; undefined when it has none of that name. */
export const findColumn = (table: Table | undefined, name: string): Column | undefined =>
  table?.columns.find((column) => column.name === name);

/** A time column as a moment: without a zone it holds UTC, whatever the session's zone. A missing column is NULL. */
export function instant(table: Table | undefined, name: string): string {
  const column = findColumn(table, name);
  if (!column) return 'NULL::timestamptz';
  return column.type.endsWith('without time zone') ? `"${name}" AT TIME ZONE 'UTC'` : `"${name}"`;
}

/** An email as Tandem compares it. */
export const emailKey = String.raw`lower(btrim("email"::text, E' \t\n\r\f'))`;

/** The value of a column in the target's type, before NULL is replaced. */
export function converted(table: Table, { name, family }: TargetColumn): string {
  if (family === 'time') return instant(table, name);
  if (family === 'integer') return `"${name}"::integer`;
  return table.name === 'users' && name === 'email' ? emailKey : `"${name}"::text`;
}
