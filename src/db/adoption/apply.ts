import { StartError } from '../../core/start-error.js';
import { runMigrations, statementsBesideTables } from './history.js';
import type { Query } from './inspection/catalogue.js';
import type { Migration } from './inspection/names.js';
import { createLegacyWrites } from './legacy-writes.js';
import { findDifferences, type Plan, statementsOf } from './plan.js';

/** What Tandem writes, on rows of its own: what other triggers, checks and policies do to it shows here. */
const trialWrites = [
  'SAVEPOINT trial',
  'SET CONSTRAINTS ALL IMMEDIATE',
  `INSERT INTO users (id, email, name) VALUES ('tandem_trial', 'trial@tandem.invalid', 'Trial')`,
  `INSERT INTO tasks (id, user_id, title, description) VALUES (0, 'tandem_trial', repeat('x', 200), NULL)`,
  `UPDATE users SET email = 'other@tandem.invalid', name = 'Other' WHERE id = 'tandem_trial'`,
  `UPDATE tasks SET title = 'Trial', description = 'Trial', status = 'Completed' WHERE id = 0`,
  `DELETE FROM users WHERE id = 'tandem_trial'`,
  'ROLLBACK TO SAVEPOINT trial',
];

/**
 * Carries a plan out in the transaction that is open, which holds locks on both tables, and applies every migration.
 * @throws StartError when Tandem's writes fail on the result, or a difference is left.
 */
export async function applyPlan(query: Query, plan: Plan, migrations: readonly Migration[]): Promise<void> {
  const [first] = migrations;
  for (const statement of statementsOf(plan)) await query(statement);
  const differences = await findDifferences(query);
  if (differences.length > 0) throw new StartError(`Differences are left: ${differences.join('; ')}`);
  await runMigrations(query, migrations, (migration) =>
    query(migration === first ? statementsBesideTables(migration.sql) : migration.sql),
  );
  await query(createLegacyWrites);
  await tryWrites(query);
}

// SQLSTATE classes: data, constraints, access rules and what a trigger raises.
const aboutRows = /^(0A|2[0-9A-Z]|42|44|P0)/;

async function tryWrites(query: Query): Promise<void> {
  for (const statement of trialWrites) {
    await query(statement).catch((cause) => {
      // Time, locks and connections are not the tables' fault.
      if (!aboutRows.test(String(Object(cause).code))) throw cause;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new StartError(`Tandem's writes fail on these tables (${reason}: ${statement})`, { cause });
    });
  }
}
