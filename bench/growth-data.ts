import type pg from 'pg';
import { type Person, personOf, signedInPeople, usualText } from './data.js';

/** Whose lists are measured; the other tasks belong to everybody else. */
export interface Crowd {
  /** How many tasks there are in all. */
  readonly tasks: number;
  /** People with a hundred tasks each, at every size: what grows around them is the table. */
  readonly ordinary: readonly Person[];
  /** One person with a tenth of all tasks. */
  readonly busiest: Person;
}

/** How many people have lists of the same length at every size, and how long these are. */
const [ordinaryPeople, tasksEach] = [50, 100];
const busiestNumber = ordinaryPeople + 1;
/** A statement makes so many rows at most: the checks of foreign keys wait in memory until its end. */
const rowsAtOnce = 1_000_000;

/** A word that one task of each measured person has, the oldest. */
export const rareWord = 'needle';

/** How many people there are at a size. */
const peopleOf = (tasks: number): number => (tasks < 1_000_000 ? 1_000 : 100_000);

/** Of so many tasks one belongs to an ordinary person. */
const stride = (tasks: number): number => tasks / (ordinaryPeople * tasksEach);

/**
 * Tasks by their number `t`, a second apart: every tenth is the busiest person's, who has finished all but ten; of the
 * others two thirds are pending. A person's tasks lie all over the table, as in one that grew over time.
 */
const insertTasks = (tasks: number): string => `
  INSERT INTO tasks (id, user_id, title, description, status, created_at, updated_at)
    SELECT t, 'user_' || md5('user' || owner), CASE WHEN rare THEN 'Find the ${rareWord} ' ELSE 'Task ' END || t, ${usualText},
      CASE WHEN owner = ${busiestNumber} AND t % ${tasks / 10} > 0 OR owner <> ${busiestNumber} AND t % 3 = 0
           THEN 'Completed' ELSE 'Pending' END, moment, moment
    FROM (
      SELECT t, timestamptz '2026-01-01T00:00:00Z' + (t - ${tasks}) * interval '1 second' AS moment,
        t = 10 OR t % ${stride(tasks)} = 1 AND t < ${tasks / tasksEach} AS rare,
        CASE WHEN t % 10 = 0 THEN ${busiestNumber}
             WHEN t % ${stride(tasks)} = 1 THEN 1 + t / ${stride(tasks)} % ${ordinaryPeople}
             ELSE ${busiestNumber + 1} + t % ${peopleOf(tasks) - busiestNumber} END AS owner
      FROM generate_series($1::int, $2::int) t) AS task`;

/** When a task was made, as the product answers it. */
export const momentOf = ({ tasks }: Crowd, id: number): string =>
  new Date(Date.UTC(2026, 0, 1) + (id - tasks) * 1000).toISOString();

/** Fills a migrated database anew. @param tasks a power of ten, from 10,000. */
export async function fillTo(client: pg.Client, tasks: number): Promise<Crowd> {
  await client.query(signedInPeople(peopleOf(tasks)));
  await withoutIndexes(client, async () => {
    for (let from = 1; from <= tasks; from += rowsAtOnce)
      await client.query(insertTasks(tasks), [from, Math.min(from + rowsAtOnce - 1, tasks)]);
  });
  await client.query(`SELECT setval('tasks_id_seq', ${tasks})`);
  await client.query('VACUUM ANALYZE');
  // What was written just now shall not be written out while something is measured. Only a superuser may say so.
  await client.query('CHECKPOINT').catch(() => undefined);
  const ordinary = Array.from({ length: ordinaryPeople }, (_, index) =>
    personOf(
      index + 1,
      Array.from({ length: tasksEach }, (_, turn) => stride(tasks) * (index + ordinaryPeople * turn) + 1),
    ),
  );
  return { tasks, ordinary, busiest: personOf(busiestNumber, [10]) };
}

/** Makes the indexes of the tasks when the rows are there, which takes a fifth of the time. */
async function withoutIndexes(client: pg.Client, insert: () => Promise<void>): Promise<void> {
  const { rows: indexes } = await client.query<{ name: string; definition: string }>(
    "SELECT indexname AS name, indexdef AS definition FROM pg_indexes WHERE tablename = 'tasks' AND indexname <> 'tasks_pkey'",
  );
  for (const { name } of indexes) await client.query(`DROP INDEX "${name}"`);
  await insert();
  await client.query("SET maintenance_work_mem = '512MB'");
  for (const { definition } of indexes) await client.query(definition);
}
