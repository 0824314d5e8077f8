import type { SharedTable, Table } from './catalogue.js';
import { emailKey, findColumn, instant } from './target.js';

/** Both tables, present. */
export type Tables = Readonly<Record<SharedTable, Table>>;

/** A rule of Tandem's that rows of an earlier back end may break. */
export interface RowRule {
  readonly table: SharedTable;
  /** The rule needs it: rows of a table without this column cannot break it. Rewritten when such rows are mended. */
  readonly column: string;
  /** What adoption does with such rows: changes them, refuses to decide, or leaves them as they are. */
  readonly outcome: 'mended' | 'refused' | 'kept';
  /** After a number of rows, such as "3 users": "have no email". */
  readonly text: string;
  /** SQL: whether a row breaks it. */
  readonly where: string;
  /** SQL: what to show of such a row beside its id. */
  readonly detail?: string;
  /** SQL: by what such rows are listed; by id when absent. */
  readonly order?: string;
}

type Rule = Omit<RowRule, 'table' | 'column'>;

/** A primary key forbids both. */
const idRules = (table: Table): Rule[] =>
  table.constraints.some(({ type }) => type === 'p')
    ? []
    : [
        {
          outcome: 'refused',
          text: 'share their id with another, or have none',
          where: `id IS NULL OR id IN (SELECT id FROM ${table.name} GROUP BY id HAVING count(*) > 1)`,
        },
      ];

const isTooLong = (column: string, max: number): string => `length("${column}"::text) > ${max}`;
const lengthOf = (column: string): string => `length("${column}"::text) || ' characters'`;
const doubledEmails = `SELECT ${emailKey} FROM users WHERE email IS NOT NULL GROUP BY 1 HAVING count(*) > 1`;

const emailRules: readonly Rule[] = [
  { outcome: 'refused', text: 'have no email', where: 'email IS NULL' },
  {
    outcome: 'refused',
    text: 'share an email with another user, compared without case and surrounding space',
    where: `${emailKey} IN (${doubledEmails})`,
    detail: 'email',
    order: `${emailKey}, id`,
  },
  {
    outcome: 'refused',
    text: 'have an email over 255 characters',
    where: `length(${emailKey}) > 255`,
    detail: lengthOf('email'),
  },
  {
    outcome: 'mended',
    text: 'have an email in upper case or between spaces: it becomes lower case, without them',
    where: `email::text <> ${emailKey} AND ${emailKey} NOT IN (${doubledEmails})`,
    detail: 'email',
  },
  {
    outcome: 'kept',
    text: 'have an email that is not valid, and cannot sign in with it',
    where: String.raw`${emailKey} !~ '^[!-?A-~]+@[!-?A-~]+\.[!-?A-~]+$'`,
    detail: 'email',
  },
];

const titleRules: readonly Rule[] = [
  { outcome: 'refused', text: 'have no title', where: 'title IS NULL' },
  { outcome: 'refused', text: 'have a title over 200 characters', where: isTooLong('title', 200), detail: lengthOf('title') },
  {
    outcome: 'kept',
    text: 'have a blank title, which an update must replace',
    where: String.raw`btrim(title::text, E' \t\n\r\f') = ''`,
  },
];

const statusRules: readonly Rule[] = [
  {
    outcome: 'refused',
    text: 'have a status other than Pending and Completed',
    where: `status::text NOT IN ('Pending', 'Completed')`,
    detail: 'status',
  },
  { outcome: 'mended', text: 'have no status: it becomes Pending', where: 'status IS NULL' },
];

const ownerRules: readonly Rule[] = [
  { outcome: 'refused', text: 'have no user_id', where: 'user_id IS NULL' },
  {
    outcome: 'refused',
    text: 'belong to a user who does not exist',
    // Not `NOT IN`, which PostgreSQL evaluates row by row when the ids do not fit into its memory for hashes.
    where: 'user_id IS NOT NULL AND NOT EXISTS (SELECT FROM users WHERE users.id::text = tasks.user_id::text)',
    detail: 'user_id',
  },
];

/** RFC 3339, in which Tandem returns times, has four digits for the year. */
function timeRules(table: Table, column: string, other: string): Rule[] {
  const value = instant(table, column);
  return [
    {
      outcome: 'refused',
      text: `have a ${column} outside the years 1 to 9999`,
      where: `NOT (${value} >= '0001-01-02 00:00+00' AND ${value} < '9999-12-31 00:00+00')`,
      detail: `"${column}"`,
    },
    {
      outcome: 'mended',
      text: `have no ${column}: it becomes the ${other}, or else the present time`,
      where: `"${column}" IS NULL`,
    },
  ];
}

/** The rules that the rows of these tables can break. */
export function rowRules({ users, tasks }: Tables): RowRule[] {
  const on = (table: Table, column: string, rules: readonly Rule[]): RowRule[] =>
    findColumn(table, column) ? rules.map((rule) => ({ table: table.name, column, ...rule })) : [];
  const timesOf = (table: Table): RowRule[] => [
    ...on(table, 'created_at', timeRules(table, 'created_at', 'updated_at')),
    ...on(table, 'updated_at', timeRules(table, 'updated_at', 'created_at')),
  ];
  return [
    ...on(users, 'id', idRules(users)),
    ...on(users, 'email', emailRules),
    ...on(users, 'name', [
      { outcome: 'refused', text: 'have a name over 255 characters', where: isTooLong('name', 255), detail: lengthOf('name') },
    ]),
    ...timesOf(users),
    ...on(tasks, 'id', [
      ...idRules(tasks),
      { outcome: 'refused', text: 'have an id below 1 or above 2147483646', where: 'id NOT BETWEEN 1 AND 2147483646' },
    ]),
    ...on(tasks, 'user_id', ownerRules),
    ...on(tasks, 'title', titleRules),
    ...on(tasks, 'description', [
      {
        outcome: 'kept',
        text: 'have a description over 1000 characters, which an update must shorten',
        where: isTooLong('description', 1000),
        detail: lengthOf('description'),
      },
    ]),
    ...on(tasks, 'status', statusRules),
    ...timesOf(tasks),
  ];
}
