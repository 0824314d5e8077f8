import type { Column, Table } from '../inspection/catalogue.js';
import { converted, findColumn, type TargetColumn, targetColumns } from '../inspection/target.js';
import { type Change, changed, combined, type Judgement, quoted, refused, retained, unchanged } from './judgement.js';

/**
 * Judges the columns of a table.
 * @param mended the columns of which rows are mended.
 * @param added the columns that later migrations add.
 */
export function judgeColumns(table: Table, mended: ReadonlySet<string>, added: readonly string[]): Judgement {
  const targets = targetColumns[table.name];
  const extra = table.columns.filter(({ name }) => targets.every((target) => target.name !== name));
  return combined([
    ...targets.map((target) => judgeTarget(table, target, mended.has(target.name))),
    ...extra.map((column) => judgeExtra(table, column, added)),
  ]);
}

/** @returns the columns whose type the changes alter, which what depends on them can prevent. */
export function retypedColumns(table: Table, mended: ReadonlySet<string>): string[] {
  const columns = targetColumns[table.name].flatMap((target) => {
    const column = findColumn(table, target.name);
    return column && isRetyped(column, target, mended.has(target.name)) ? target.name : [];
  });
  return columns;
}

const isRetyped = (column: Column, target: TargetColumn, isMended: boolean): boolean =>
  column.type !== target.type || column.hasCollation || isMended;

function judgeTarget(table: Table, target: TargetColumn, isMended: boolean): Judgement {
  const column = findColumn(table, target.name);
  if (!column) return changed(addition(table, target));
  const name = `${table.name}.${target.name}`;
  const clauses: string[] = [];
  const texts: string[] = [];
  const alter = (text: string, ...actions: string[]) => {
    texts.push(text);
    clauses.push(...actions.map((action) => `ALTER COLUMN ${quoted(target.name)} ${action}`));
  };
  const retyped = isRetyped(column, target, isMended);
  if (retyped) {
    // The old default may have no form in the new type.
    const first = target.default && column.default ? ['DROP DEFAULT'] : [];
    alter(typeChange(column, target, isMended), ...first, `TYPE ${target.type} USING ${filledValue(table, target)}`);
  }
  if (target.default && (retyped || column.default !== target.default)) {
    const isNew = column.default !== target.default;
    alter(isNew ? `default ${target.default.replace(/::.*/, '')}` : '', `SET DEFAULT ${target.default}`);
  }
  if (column.isNullable && !target.isNullable) alter('NOT NULL', 'SET NOT NULL');
  if (!column.isNullable && target.isNullable) alter('may be NULL', 'DROP NOT NULL');
  const changes = clauses.length
    ? changed({ text: `${name}: ${texts.filter(Boolean).join(', ')}`, clauses: { table: table.name, sql: clauses } })
    : unchanged;
  const isDefaultKept = column.default !== null && !target.default && name !== 'tasks.id';
  return combined([changes, isDefaultKept ? retained(`default of ${name}: ${column.default}`) : unchanged]);
}

function typeChange(column: Column, target: TargetColumn, isMended: boolean): string {
  if (column.type === target.type) return isMended ? 'rewritten in the rows below' : 'collation of the database';
  return `${column.type} → ${target.type}${column.type.endsWith('without time zone') ? ', read as UTC' : ''}`;
}

/** In `USING`, other columns have their old values. */
function filledValue(table: Table, target: TargetColumn): string {
  const value = converted(table, target);
  return target.fallback ? `coalesce(${value}, ${target.fallback(table)})` : value;
}

function addition(table: Table, target: TargetColumn): Change {
  const column = quoted(target.name);
  const rule = target.isNullable
    ? ''
    : `, ALTER COLUMN ${column} SET NOT NULL, ALTER COLUMN ${column} SET DEFAULT ${target.default}`;
  const value = target.fallback?.(table) ?? 'NULL';
  const fill = `ALTER COLUMN ${column} TYPE ${target.type} USING coalesce(${value})${rule}`;
  return {
    text: `${table.name}.${target.name}: added`,
    before: [`ALTER TABLE ${table.name} ADD COLUMN ${column} ${target.type}`],
    ...(target.isNullable ? {} : { clauses: { table: table.name, sql: [fill] } }),
  };
}

function judgeExtra(table: Table, column: Column, added: readonly string[]): Judgement {
  const name = `${table.name}.${column.name}`;
  if (added.includes(name)) {
    const cure = `ALTER TABLE ${table.name} RENAME COLUMN ${quoted(column.name)} TO …`;
    return refused(`the column ${name}, of a name that Tandem needs for a column of its own. Cure: ${cure}`);
  }
  const isFilled = column.isNullable || column.default !== null || column.isIdentity || column.isGenerated;
  if (isFilled) return retained(`column ${name}, ${column.type}`);
  const cure = `ALTER TABLE ${table.name} ALTER COLUMN ${quoted(column.name)} SET DEFAULT …, or DROP NOT NULL`;
  return refused(
    `the column ${name} (${column.type}), which is NOT NULL without a default: Tandem cannot insert ${table.name}. Cure: ${cure}`,
  );
}
