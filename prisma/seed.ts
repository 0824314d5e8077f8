// Fills the configured database with demo people and tasks.
import { randomBytes } from 'node:crypto';
import cliProgress from 'cli-progress';
import { openConfiguredDatabase, readFlags, runCommand } from '../scripts/command.js';
import { hashPassword } from '../src/accounts/passwords/passwords.js';
import { StartError } from '../src/core/start-error.js';
import type { Database } from '../src/db/database.js';
import { insertTasks, insertUsers, inventUsers } from './seed-rows.js';

const usage = 'npm run db:seed [-- --users N --tasks M]';
const bounds = { users: [1, 10_000], tasks: [0, 10_000_000] } as const;
const batch = { users: 1_000, tasks: 5_000 } as const;

await runCommand(async () => {
  if (process.env.NODE_ENV === 'production') throw new StartError('Demo data is not for production (NODE_ENV=production).');
  const flags = readFlags({ users: { type: 'string', default: '10' }, tasks: { type: 'string', default: '1000' } }, usage);
  const amounts = { users: readAmount('users', flags.users), tasks: readAmount('tasks', flags.tasks) };
  const db = await openConfiguredDatabase();
  try {
    await seed(db, amounts);
  } finally {
    await db.close();
  }
});

function readAmount(flag: keyof typeof bounds, text: string): number {
  const [min, max] = bounds[flag];
  if (/^\d{1,8}$/.test(text) && Number(text) >= min && Number(text) <= max) return Number(text);
  throw new StartError(`--${flag} must be a whole number from ${min} to ${max}. Usage: ${usage}`);
}

async function seed(db: Database, amounts: { users: number; tasks: number }): Promise<void> {
  const users = inventUsers(amounts.users);
  const password = randomBytes(9).toString('base64url');
  const passwordHash = await hashPassword(password);
  const ownerIds = users.map(({ id }) => id);
  await inBatches('people', amounts.users, batch.users, (from, to) => insertUsers(db, users.slice(from, to), passwordHash));
  await inBatches('tasks', amounts.tasks, batch.tasks, (from, to) => insertTasks(db, ownerIds, from, to));
  await db.query('ANALYZE users', []);
  await db.query('ANALYZE tasks', []);
  console.log(`Sign in with ${users[0]?.email} and the password ${password} (all ${amounts.users} people have it).`);
}

async function inBatches(
  what: string,
  total: number,
  size: number,
  insert: (from: number, to: number) => Promise<void>,
): Promise<void> {
  const progress = showProgress(what, total);
  try {
    for (let from = 0; from < total; from += size) {
      const to = Math.min(from + size, total);
      await insert(from, to);
      progress.update(to);
    }
  } finally {
    progress.stop();
  }
}

/** A bar in a terminal; elsewhere, such as in a log, a line at each tenth. */
function showProgress(what: string, total: number): { update(done: number): void; stop(): void } {
  if (process.stdout.isTTY) {
    const format = `${what.padEnd(6)} [{bar}] {percentage}% | {value}/{total} | {eta_formatted} left`;
    const bar = new cliProgress.SingleBar({ format, stream: process.stdout }, cliProgress.Presets.legacy);
    bar.start(total, 0);
    return bar;
  }
  let shown = 0;
  return {
    update: (done) => {
      const tenth = Math.floor((done / total) * 10);
      if (tenth > shown) console.log(`${done} of ${total} ${what}`);
      shown = tenth;
    },
    stop: () => {},
  };
}
