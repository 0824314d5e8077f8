// Applies pending migrations to the configured database, or writes the next one from what schema.prisma says.
import { openConfiguredDatabase, readFlags, runCommand } from './command.js';
import { createMigration } from './create-migration.js';

const usage = 'npm run db:migrate [-- --create NAME]';

await runCommand(async () => {
  const { create } = readFlags({ create: { type: 'string' } }, usage);
  await (create === undefined ? apply() : write(create));
});

async function apply(): Promise<void> {
  const since = new Date();
  // Opening a database migrates it.
  const db = await openConfiguredDatabase();
  try {
    // The engine takes the time of a start from this machine's clock, too.
    const applied = await db.query<{ name: string }>(
      `SELECT migration_name AS name FROM _prisma_migrations
       WHERE started_at >= $1 AND finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY started_at`,
      [since],
    );
    for (const { name } of applied) console.log(`Applied ${name}.`);
    console.log('The database is up to date.');
  } finally {
    await db.close();
  }
}

async function write(name: string): Promise<void> {
  const created = await createMigration(name);
  if (created === undefined)
    console.log('There is no difference between prisma/schema.prisma and the migrations: nothing written.');
  else console.log(`Wrote prisma/migrations/${created}/migration.sql; review it before you apply it.`);
}
