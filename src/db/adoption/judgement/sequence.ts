import { type Query, schemaOid, type Table } from '../inspection/catalogue.js';
import { findColumn } from '../inspection/target.js';
import { changed, type Judgement, quoted, refused, unchanged } from './judgement.js';

/** The sequence that Tandem's statements draw ids from. */
const sequenceName = 'tasks_id_seq';

interface Sequence {
  /** The sequence of the default of `tasks.id`, or of its identity. */
  readonly current: string | null;
  /** Whether it is in the tables' schema. */
  readonly isNear: boolean | null;
  /** Whether it is dropped with the column, as `SERIAL` makes it. */
  readonly isOwned: boolean | null;
  /** Whether something in the schema has the name that Tandem needs. */
  readonly isNameTaken: boolean;
  /** The largest id; null without tasks. */
  readonly highest: number | null;
}

const readSequence = `SELECT s.relname AS current, s.relnamespace = ${schemaOid} AS "isNear",
    EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = s.oid AND refobjid = t.oid AND deptype = 'a') AS "isOwned",
    EXISTS (SELECT FROM pg_class WHERE relname = '${sequenceName}' AND relnamespace = ${schemaOid}) AS "isNameTaken",
    (SELECT max(id)::int FROM tasks WHERE id BETWEEN 1 AND 2147483646) AS highest
  FROM pg_class t JOIN pg_attribute ON attrelid = t.oid AND attname = 'id'
    LEFT JOIN pg_attrdef d ON adrelid = t.oid AND adnum = attnum
    LEFT JOIN pg_depend p ON p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid AND p.refclassid = 'pg_class'::regclass
      AND p.refobjid IN (SELECT oid FROM pg_class WHERE relkind = 'S')
    LEFT JOIN pg_class s ON s.oid = p.refobjid
  WHERE t.relnamespace = ${schemaOid} AND t.relname = 'tasks'`;

/** Judges how `tasks.id` gets its values: Tandem draws them from `tasks_id_seq`, as `SERIAL` makes it. */
export async function judgeSequence(query: Query, tasks: Table): Promise<Judgement> {
  const [sequence] = await query<Sequence>(readSequence);
  const column = findColumn(tasks, 'id');
  if (!sequence || !column) return unchanged;
  const { current, isNear, isNameTaken, highest } = sequence;
  const restart = highest === null ? [] : [`ALTER SEQUENCE ${sequenceName} RESTART WITH ${highest + 1}`];
  if (column.isIdentity) {
    const drop = 'ALTER TABLE tasks ALTER COLUMN "id" DROP IDENTITY';
    return changed({
      text: `tasks.id: identity → default of the sequence ${sequenceName}`,
      after: [drop, ...create, ...restart],
    });
  }
  if (current === null || !isNear) {
    if (column.default !== null)
      return refused(`the default of tasks.id, which is no sequence of this schema: ${column.default}`);
    if (isNameTaken) return refused(`the relation ${sequenceName}, of which tasks.id does not take its values. Cure: rename it`);
    return changed({ text: `tasks.id: default of the new sequence ${sequenceName}`, after: [...create, ...restart] });
  }
  if (current !== sequenceName && isNameTaken)
    return refused(`the relation ${sequenceName}, beside the sequence ${current} of tasks.id. Cure: rename it`);
  return judgeExisting(query, sequence, current);
}

const create = [
  `CREATE SEQUENCE ${sequenceName} AS integer OWNED BY tasks."id"`,
  `ALTER TABLE tasks ALTER COLUMN "id" SET DEFAULT nextval('${sequenceName}')`,
];

async function judgeExisting(query: Query, { isOwned, highest }: Sequence, current: string): Promise<Judgement> {
  const [state] = await query<{ next: string }>(
    `SELECT CASE WHEN state.is_called THEN state.last_value + increment_by ELSE state.last_value END AS next
     FROM ${quoted(current)} AS state, pg_sequences WHERE schemaname = current_schema() AND sequencename = $1`,
    [current],
  );
  const texts: string[] = [];
  const after: string[] = [];
  const alter = (text: string, sql: string) => {
    texts.push(text);
    after.push(sql);
  };
  if (current !== sequenceName)
    alter(`renamed to ${sequenceName}`, `ALTER SEQUENCE ${quoted(current)} RENAME TO ${sequenceName}`);
  if (!isOwned) alter('owned by tasks.id', `ALTER SEQUENCE ${sequenceName} OWNED BY tasks."id"`);
  if (highest !== null && Number(state?.next) <= highest) {
    alter(`continues at ${highest + 1} instead of ${state?.next}`, `ALTER SEQUENCE ${sequenceName} RESTART WITH ${highest + 1}`);
  }
  return after.length ? changed({ text: `sequence ${current}: ${texts.join(', ')}`, after }) : unchanged;
}
