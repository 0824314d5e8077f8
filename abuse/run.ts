// npm run abuse: see docs/abuse.md.
import { openBenchDatabase } from '../bench/database.js';
import type { Abuse } from './abuse.js';
import { abuses } from './abuses.js';
import { table, violations } from './report.js';
import { startTarget } from './target.js';
import { runTrial, type Trial } from './trial.js';

const names = process.argv.slice(2);
const unknown = names.filter((name) => !abuses.some((abuse) => abuse.name === name));

if (unknown.length > 0) {
  for (const name of unknown) console.error(`There is no abuse ${name}.`);
  console.log('npm run abuse [-- <name> …]\n');
  for (const { name, description } of abuses) console.log(`  ${name.padEnd(24)} ${description}`);
  process.exitCode = 1;
} else {
  await runTrials(abuses.filter(({ name }) => names.length === 0 || names.includes(name)));
}

async function runTrials(chosen: readonly Abuse[]): Promise<void> {
  const database = process.env.DATABASE_URL ? undefined : await openBenchDatabase();
  const trials: Trial[] = [];
  try {
    trials.push(...(await runOn(process.env.DATABASE_URL ?? database?.url ?? '', chosen)));
  } finally {
    await database?.close();
  }
  console.log(`\n${table(trials)}`);
}

async function runOn(databaseUrl: string, chosen: readonly Abuse[]): Promise<Trial[]> {
  const target = await startTarget({ DATABASE_URL: databaseUrl });
  const trials: Trial[] = [];
  try {
    for (const abuse of chosen) {
      const trial = await runTrial([abuse], target);
      trials.push(trial);
      const lines = violations(trial);
      console.log(`${abuse.name}: ${lines.length === 0 ? 'passed' : 'FAILED'}`);
      for (const line of lines) console.log(`  ${line}`);
      if (lines.length > 0) process.exitCode = 1;
    }
  } finally {
    await target.close();
  }
  return trials;
}
