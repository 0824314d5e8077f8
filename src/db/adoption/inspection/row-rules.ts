import type { Table, Tables } from './catalogue.js';
import {
  emailRules,
  idRules,
  isTooLong,
  lengthOf,
  ownerRules,
  type RowRule,
  type Rule,
  statusRules,
  timeRules,
  titleRules,
} from './column-rules.js';
import { findColumn } from './target.js';

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
        outcome: 'retained',
        text: 'have a description over 1000 characters, which an update must shorten',
        where: isTooLong('description', 1000),
        detail: lengthOf('description'),
      },
    ]),
    ...on(tasks, 'status', statusRules),
    ...timesOf(tasks),
  ];
}
