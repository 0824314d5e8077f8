import type { SharedTable, Table } from './catalogue.js';
import { emailKey, instant } from './target.js';

/** A rule of Tandem's that rows of an earlier back end may break. */
export interface RowRule {
  readonly table: SharedTable;
  /** The rule needs it: rows of a table without this column cannot break it. Rewritten when such rows are mended. */
  readonly column: string;
  /** What adoption does with such rows: changes them, refuses to decide, or leaves them as they are. */
  readonly outcome: 'mended' | 'refused' | 'retained';
  /** After a number of rows, such as "3 users": "have no email". */
  readonly text: string;
  /** SQL: whether a row breaks it. */
  readonly where: string;
  /** SQL: what to show of such a row beside its id. */
  readonly detail?: string;
  /** SQL: by what such rows are listed; by id when absent. */
  readonly order?: string;
}

/** What rows break in one column. */
export type Rule = Omit<RowRule, 'table' | 'column'>;

/** A primary key forbids both. */
export const idRules = (table: Table): Rule[] =>
  table.constraints.some(({ type }) => type === 'p')
    ? []
    : [
        {
          outcome: 'refused',
          text: 'share their id with another, or have none',
          where: `id IS NULL OR id IN (SELECT id FROM ${table.name} GROUP BY id HAVING count(*) > 1)`,
        },
      ];

/** SQL: whether a text has more characters. */
export const isTooLong = (column: string, max: number): string => `length("${column}"::text) > ${max}`;
/** SQL: the length of a text, in words. */
export const lengthOf = (column: string): string => `length("${column}"::text) || ' characters'`;
const doubledEmails = `SELECT ${emailKey} FROM users WHERE email IS NOT NULL GROUP BY 1 HAVING count(*) > 1`;

/** Of `users.email`. */
export const emailRules: readonly Rule[] = [
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
    outcome: 'retained',
    text: 'have an email that is not valid, and cannot sign in with it',
    where: String.raw`${emailKey} !~ '^[!-?A-~]+@[!-?A-~]+\.[!-?A-~]+$'`,
    detail: 'email',
  },
];

/** Of `tasks.title`. */
export const titleRules: readonly Rule[] = [
  { outcome: 'refused', text: 'have no title', where: 'title IS NULL' },
  { outcome: 'refused', text: 'have a title over 200 characters', where: isTooLong('title', 200), detail: lengthOf('title') },
  {
    outcome: 'retained',
    text: 'have a blank title, which an update must replace',
    where: String.raw`btrim(title::text, E' \t\n\r\f') = ''`,
  },
];

/** Of `tasks.status`. */
export const statusRules: readonly Rule[] = [
  {
    outcome: 'refused',
    text: 'have a status other than Pending and Completed',
    where: `status::text NOT IN ('Pending', 'Completed')`,
    detail: 'status',
  },
  { outcome: 'mended', text: 'have no status: it becomes Pending', where: 'status IS NULL' },
];

/** Of `tasks.user_id`. */
export const ownerRules: readonly Rule[] = [
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
export function timeRules(table: Table, column: string, other: string): Rule[] {
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
