import type { Constraint, Index, Table, Tables } from '../inspection/catalogue.js';
import { changed, combined, type Judgement, quoted, refused, unchanged } from './judgement.js';

/** Judges what the first migration makes beside columns: primary keys, the foreign key, the unique email, the checks. */
export function judgeKeys({ users, tasks }: Tables): Judgement {
  return combined([
    judgePrimaryKey(users),
    judgePrimaryKey(tasks),
    judgeOwner(tasks),
    judgeEmailIndex(users),
    ...checks.map((check) => judgeCheck(check.table === 'users' ? users : tasks, check)),
  ]);
}

const has = (columns: readonly string[], ...names: string[]): boolean => columns.join() === names.join();

function rename(table: Table, from: string, to: string): Judgement {
  const sql = `ALTER TABLE ${table.name} RENAME CONSTRAINT ${quoted(from)} TO ${quoted(to)}`;
  return changed({ text: `constraint ${from} of ${table.name}: renamed to ${to}`, after: [sql] });
}

function judgePrimaryKey(table: Table): Judgement {
  const name = `${table.name}_pkey`;
  const key = table.constraints.find(({ type }) => type === 'p');
  if (!key) {
    const sql = `ALTER TABLE ${table.name} ADD CONSTRAINT ${name} PRIMARY KEY ("id")`;
    return changed({ text: `${table.name}.id: primary key`, after: [sql] });
  }
  if (!has(key.columns, 'id')) return refused(`the primary key of ${table.name} is not its id: ${key.definition}`);
  return key.name === name ? unchanged : rename(table, key.name, name);
}

const ownerKey = 'tasks_user_id_fkey';
const ownerDefinition = /^FOREIGN KEY \(user_id\) REFERENCES \S+\(id\) ON UPDATE CASCADE ON DELETE CASCADE$/;

/** Whether a constraint of `tasks` leads from the owner to `users`. */
export const isOwnerKey = ({ type, columns, target, targetColumns }: Constraint): boolean =>
  type === 'f' && has(columns, 'user_id') && target === 'users' && has(targetColumns, 'id');

function judgeOwner(tasks: Table): Judgement {
  const keys = tasks.constraints.filter(isOwnerKey);
  const [key] = keys;
  if (key && keys.length === 1 && ownerDefinition.test(key.definition)) {
    return key.name === ownerKey ? unchanged : rename(tasks, key.name, ownerKey);
  }
  return changed({
    text: 'tasks.user_id: foreign key, ON DELETE CASCADE ON UPDATE CASCADE',
    before: keys.map(({ name }) => `ALTER TABLE tasks DROP CONSTRAINT ${quoted(name)}`),
    after: [
      `ALTER TABLE tasks ADD CONSTRAINT ${ownerKey} FOREIGN KEY ("user_id") REFERENCES users("id") ON DELETE CASCADE ON UPDATE CASCADE`,
    ],
  });
}

interface Check {
  readonly table: 'users' | 'tasks';
  readonly name: string;
  readonly condition: string;
  /** What PostgreSQL writes for it, without parentheses, spaces and casts. */
  readonly definition: string;
}

const checks: readonly Check[] = [
  {
    table: 'users',
    name: 'users_email_lower_case',
    condition: 'email = lower(email)',
    definition: 'CHECKemail=loweremail',
  },
  {
    table: 'tasks',
    name: 'tasks_status_known',
    condition: `status IN ('Pending', 'Completed')`,
    definition: `CHECKstatus=ANYARRAY['Pending','Completed']`,
  },
];

/** Whether a constraint has the name of one of Tandem's checks. */
export const isCheck = ({ name }: Constraint): boolean => checks.some((check) => check.name === name);

function judgeCheck(table: Table, { name, condition, definition }: Check): Judgement {
  const existing = table.constraints.find((constraint) => constraint.name === name);
  if (!existing) {
    const sql = `ALTER TABLE ${table.name} ADD CONSTRAINT ${name} CHECK (${condition})`;
    return changed({ text: `${table.name}: check ${condition}`, after: [sql] });
  }
  if (existing.definition.replaceAll(/::(character varying|text)(\[\])?|[()\s]/g, '') === definition) return unchanged;
  const cure = `ALTER TABLE ${table.name} RENAME CONSTRAINT ${name} TO …`;
  return refused(`the constraint ${name}, which is not Tandem's: ${existing.definition}. Cure: ${cure}`);
}

const emailKey = 'users_email_key';

/** @returns the unique index of the email that is or becomes Tandem's. */
export function findEmailIndex(users: Table): Index | undefined {
  const unique = users.indexes.filter((index) => index.isUnique && index.isPlain && has(index.columns, 'email'));
  return unique.find(({ name }) => name === emailKey) ?? unique[0];
}

function judgeEmailIndex(users: Table): Judgement {
  const index = findEmailIndex(users);
  if (index?.name === emailKey) return unchanged;
  const namesake = users.indexes.find(({ name }) => name === emailKey);
  if (namesake) {
    const cure = `ALTER INDEX ${emailKey} RENAME TO …`;
    return refused(`the index ${emailKey}, which is not unique over users.email alone: ${namesake.definition}. Cure: ${cure}`);
  }
  if (!index) return changed({ text: 'users.email: unique', after: [`CREATE UNIQUE INDEX ${emailKey} ON users ("email")`] });
  const sql = `ALTER INDEX ${quoted(index.name)} RENAME TO ${emailKey}`;
  return changed({ text: `index ${index.name} of users: renamed to ${emailKey}`, after: [sql] });
}
