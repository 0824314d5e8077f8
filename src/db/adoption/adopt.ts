import { StartError } from '../../core/start-error.js';
import { readMigrations } from '../migrations/migrate.js';
import { readApplied } from '../migrations/records.js';
import { applyPlan } from './apply.js';
import { lockHistory } from './history.js';
import { type Query, readTables, type Tables } from './inspection/catalogue.js';
import { createdNames, findTakenNames, type Migration } from './inspection/names.js';
import { legacyFunctions } from './legacy-writes.js';
import { isRefused, makePlan, type Plan } from './plan.js';
import { recognizeSchema } from './recognize.js';
import { nextStep, writeReport } from './report.js';

/** How to adopt. */
export interface AdoptionOptions {
  /** Without it nothing is changed. */
  readonly isApplied: boolean;
  /** How many rows are listed for each rule. */
  readonly listed: number;
}

/** What an operator is told. */
export interface AdoptionReport {
  /** Of several lines. */
  readonly text: string;
  /** Why `--apply` changed nothing; undefined when it did, or there was nothing to do. */
  readonly refusal?: string;
}

/**
 * Brings the tables of an earlier back end into Tandem's form, or reports how it would.
 * @param query runs in a transaction that the caller opened, which commits when this returns without a refusal.
 * @throws StartError when the tables are not an earlier back end's, or the result is not what it has to be.
 */
export async function adopt(query: Query, { isApplied, listed }: AdoptionOptions, folder?: URL): Promise<AdoptionReport> {
  const migrations = await readMigrations(folder);
  if (isApplied) await lockHistory(query);
  const done = await describeHistory(query, migrations);
  if (done) return { text: done };
  const state = await recognizeSchema(query, migrations);
  if (state.kind === 'foreign') throw new StartError(state.reason);
  if (state.kind === 'free') return { text: 'There is nothing to adopt: no tables users and tasks. npm start creates them.' };
  // What is judged must be what is changed.
  if (isApplied) await query('LOCK TABLE users, tasks IN ACCESS EXCLUSIVE MODE');
  const tables = isApplied ? await lockedTables(query) : state.tables;
  const plan = await planFor(query, tables, migrations, listed);
  const text = [await describeTables(query, state.schema, tables), writeReport(plan)];
  if (!isApplied) return { text: [...text, nextStep(plan)].join('\n\n') };
  if (isRefused(plan))
    return { text: text.join('\n\n'), refusal: 'Not adopted, and nothing was changed: see "To be solved first".' };
  await applyPlan(query, plan, migrations);
  return { text: [...text, 'Adopted. npm start serves them.'].join('\n\n') };
}

async function lockedTables(query: Query): Promise<Tables> {
  const { users, tasks } = await readTables(query);
  if (!users || !tasks) throw new StartError('The tables changed meanwhile: run it again.');
  return { users, tasks };
}

async function planFor(query: Query, tables: Tables, migrations: readonly Migration[], listed: number): Promise<Plan> {
  const names = createdNames(migrations);
  const taken = await findTakenNames(query, { ...names, functions: [...names.functions, ...legacyFunctions] });
  const plan = await makePlan(query, tables, names.columns, listed);
  const refusals = taken.map((name) => `the ${name}, of a name that Tandem needs. Cure: rename it`);
  const changes = [
    ...plan.changes,
    { text: `tables created: ${names.tables.join(', ')}` },
    { text: 'triggers created: they keep updated_at and version, and fill in what old programs leave NULL' },
  ];
  return {
    ...plan,
    changes,
    refusals: [...plan.refusals, ...refusals],
    retained: [...plan.retained, ...(await describeZone(query))],
  };
}

/** @returns what to say when the database is Tandem's already. */
async function describeHistory(query: Query, migrations: readonly Migration[]): Promise<string | undefined> {
  const applied = await readApplied(query);
  const [first] = migrations;
  if (!first || !applied.has(first.name)) return undefined;
  const pending = migrations.filter(({ name }) => !applied.has(name)).length;
  const rest = pending > 0 ? ` Migrations to apply: ${pending}, by npm start or npm run db:migrate.` : '';
  return `There is nothing to do: the database is Tandem's.${rest}`;
}

async function describeTables(query: Query, schema: string, { users, tasks }: Tables): Promise<string> {
  const title = `Schema ${schema}: the tables of an earlier back end`;
  // Their rows may be out of reach.
  if (users.faults.length > 0 || tasks.faults.length > 0) return `${title}.`;
  const [found] = await query<{ users: string; tasks: string }>(
    'SELECT (SELECT count(*) FROM users) AS users, (SELECT count(*) FROM tasks) AS tasks',
  );
  return `${title}, with ${found?.users} users and ${found?.tasks} tasks.`;
}

/** A time without a zone, as old programs write it, is read in the zone of their session once the columns have one. */
async function describeZone(query: Query): Promise<string[]> {
  const [found] = await query<{ zone: string; database: string; isUtc: boolean }>(
    `SELECT reset_val AS zone, current_database() AS database,
       '2025-01-01'::timestamp AT TIME ZONE reset_val = '2025-01-01 00:00+00'
         AND '2025-07-01'::timestamp AT TIME ZONE reset_val = '2025-07-01 00:00+00' AS "isUtc"
     FROM pg_settings WHERE name = 'TimeZone'`,
  );
  if (!found || found.isUtc) return [];
  const cure = `ALTER DATABASE "${found.database}" SET timezone TO 'UTC'`;
  return [`time zone of new sessions: ${found.zone}. Programs that write UTC without saying so need: ${cure}`];
}
