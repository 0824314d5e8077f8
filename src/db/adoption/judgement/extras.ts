import type { Constraint, Index, Table } from '../inspection/catalogue.js';
import { targetColumns } from '../inspection/target.js';
import { combined, type Judgement, quoted, refused, retained, unchanged } from './judgement.js';
import { findEmailIndex, isCheck, isOwnerKey } from './keys.js';

/** Judges what a table has beside what the first migration makes: it stays where it cannot stop Tandem's writes. */
export function judgeExtras(table: Table): Judgement {
  return combined([
    ...table.indexes.filter((index) => index !== findEmailIndex(table)).map((index) => judgeIndex(table, index)),
    ...table.constraints.map((constraint) => judgeConstraint(table, constraint)),
    retained(
      ...table.triggers.map((name) => `trigger ${name} of ${table.name}`),
      ...table.blockers.map((name) => `foreign key of ${name}: rows of ${table.name} that it refers to cannot be deleted`),
    ),
  ]);
}

const isTargetColumn = (table: Table, name: string): boolean => targetColumns[table.name].some((target) => target.name === name);

function judgeIndex(table: Table, index: Index): Judgement {
  if (!index.isUnique || allowsWrites(table, index)) return retained(`index ${index.name} of ${table.name}`);
  const cure = `drop it, or make it not unique (${index.definition})`;
  return refused(`the unique index ${index.name} of ${table.name}, which forbids what Tandem allows. Cure: ${cure}`);
}

/** Whether a unique index never meets two rows of Tandem's that are equal in it. */
function allowsWrites(table: Table, { columns, definition }: Index): boolean {
  // In a column that Tandem does not write NULL differs from NULL.
  const isNull = (name: string) =>
    table.columns.some((column) => column.name === name && column.isNullable && column.default === null) &&
    !isTargetColumn(table, name);
  const isOfEmail =
    table.name === 'users' && (columns.includes('email') || /\(lower\(\(?"?email"?\)?(::text)?\)\)/.test(definition));
  return isOfEmail || columns.includes('id') || columns.some(isNull);
}

function judgeConstraint(table: Table, constraint: Constraint): Judgement {
  const { name, type, columns, definition } = constraint;
  // Unique constraints are judged by their indexes.
  if (type === 'p' || type === 'u' || isOwnerKey(constraint) || isCheck(constraint)) return unchanged;
  const isObstacle = type === 'x' || (type === 'f' && columns.some((column) => isTargetColumn(table, column)));
  const text = `constraint ${name} of ${table.name}: ${definition}`;
  return isObstacle ? refused(`the ${text}. Cure: ALTER TABLE ${table.name} DROP CONSTRAINT ${quoted(name)}`) : retained(text);
}
