// npm run chaos: see docs/reliability.md.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { faults } from './faults.js';
import { table, violations } from './report.js';
import { runTrial, type Trial } from './trial.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '10' },
    writers: { type: 'string', default: '16' },
    out: { type: 'string', default: '.chaos' },
  },
});

const isAll = positionals.includes('all');
const unknown = positionals.filter((name) => name !== 'all' && !faults.some((fault) => fault.name === name));
const [seconds, writers] = [Number(values.seconds), Number(values.writers)];
const mistakes = [
  ...unknown.map((name) => `There is no fault ${name}.`),
  ...(seconds > 0 && writers >= 4
    ? []
    : ['--seconds takes a positive number, --writers one from 4 on, for both APIs with and without a key.']),
];
for (const mistake of mistakes) console.error(mistake);
if (positionals.length === 0 || mistakes.length > 0) {
  console.log('npm run chaos -- <fault> … | all  [--seconds 10] [--writers 16] [--out .chaos]\n');
  for (const { name, description } of faults) console.log(`  ${name.padEnd(27)} ${description}`);
  process.exitCode = mistakes.length > 0 ? 1 : 0;
} else {
  await runTrials(faults.filter(({ name }) => isAll || positionals.includes(name)));
}

async function runTrials(chosen: typeof faults): Promise<void> {
  const trials: Trial[] = [];
  for (const fault of chosen) {
    const folder = path.join(values.out, fault.name);
    const trial = await runTrial(fault, { seconds, writers, folder });
    trials.push(trial);
    const lines = violations(trial);
    console.log(`${fault.name}: ${lines.length === 0 ? 'passed' : 'FAILED'}`);
    for (const line of lines) console.log(`  ${line}`);
    if (lines.length > 0) process.exitCode = 1;
  }
  console.log(`\n${table(trials)}`);
}
