import { type Query, readTables, type SharedTable, sharedTables, type Table, type Tables } from './inspection/catalogue.js';
import { createdNames, findTakenNames, type Migration } from './inspection/names.js';
import { findColumn, isConvertible, targetColumns } from './inspection/target.js';

/** What a schema without Tandem's migration history holds. */
export type SchemaState =
  | { readonly kind: 'free' }
  | { readonly kind: 'adoptable'; readonly schema: string; readonly tables: Tables }
  /** `reason` is a sentence with the cure. */
  | { readonly kind: 'foreign'; readonly reason: string };

/** Finds out whether the first migration can run in the schema, or the tables of an earlier back end are in its place. */
export async function recognizeSchema(query: Query, migrations: readonly Migration[]): Promise<SchemaState> {
  const [place] = await query<{ schema: string | null }>('SELECT current_schema() AS schema');
  // The first statement that creates something says that there is none.
  if (!place?.schema) return { kind: 'free' };
  const { schema } = place;
  const { users, tasks } = await readTables(query);
  const taken = await findTakenNames(query, { ...createdNames(migrations), others: [], functions: [] });
  const reason = foreignReason({ users, tasks }, taken);
  if (reason) return { kind: 'foreign', reason: `The schema "${schema}" ${reason}.` };
  return users && tasks ? { kind: 'adoptable', schema, tables: { users, tasks } } : { kind: 'free' };
}

const wayOut = 'set DATABASE_SCHEMA to a schema of its own for Tandem';

function foreignReason(tables: Partial<Tables>, taken: readonly string[]): string | undefined {
  const present = sharedTables.filter((name) => tables[name]);
  const foreign = present.flatMap((name) => foreignTrait(tables[name]) ?? []);
  if (foreign.length > 0) return `holds something else by the name of Tandem's tables (${foreign.join('; ')}): ${wayOut}`;
  if (present.length === 1) {
    const missing = sharedTables.find((name) => !tables[name]);
    return `holds the table ${present[0]} without ${missing}: restore ${missing} from a backup, or ${wayOut}`;
  }
  if (taken.length === 0) return undefined;
  if (present.length === 0) return `holds what Tandem would create (${taken.join(', ')}): ${wayOut}`;
  return `holds users and tasks with other tables of Tandem (${taken.join(', ')}), but not its history _prisma_migrations: restore a whole backup, or rename the other tables and run npm run db:adopt`;
}

/** @returns why a table is not the earlier back end's; undefined when it is. */
function foreignTrait(table: Table | undefined): string | undefined {
  if (!table) return undefined;
  if (table.kind !== 'r') return `${table.name} is not an ordinary table`;
  return targetColumns[table.name].map((target) => traitOf(table, target)).find(Boolean);
}

function traitOf(table: Table, target: (typeof targetColumns)[SharedTable][number]): string | undefined {
  const column = findColumn(table, target.name);
  if (column)
    return isConvertible(column, target)
      ? undefined
      : `${table.name}.${target.name} is ${column.isGenerated ? 'generated' : column.type}`;
  return target.isEssential ? `${table.name} has no column ${target.name}` : undefined;
}

/**
 * Says why the first migration must not run.
 * @returns one line with the cure; undefined when it can run.
 */
export async function findObstacle(
  query: (text: string) => Promise<Record<string, unknown>[]>,
  migrations: readonly Migration[],
): Promise<string | undefined> {
  const state = await recognizeSchema(async <Row>(text: string) => (await query(text)) as Row[], migrations);
  if (state.kind === 'foreign') return state.reason;
  if (state.kind === 'free') return undefined;
  return `The schema "${state.schema}" holds the tables users and tasks of an earlier back end: run npm run db:adopt, which shows how Tandem adopts them.`;
}
