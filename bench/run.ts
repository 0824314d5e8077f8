// npm run bench: the product beside the same work by hand. See bench/README.md.
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { openBenchDatabase } from './database.js';
import { type Effort, type Figure, measure } from './measure.js';
import { bars, medians, table } from './report.js';
import { buildRevision } from './revision.js';
import { baseline, product } from './subject.js';
import { scenarios } from './workload.js';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    compare: { type: 'string' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    out: { type: 'string', default: '.bench' },
  },
});
const { quick, profile, compare, out } = options;
const effort: Effort = {
  people: quick ? 100 : 1000,
  warmup: { seconds: quick ? 3 : 10 },
  length: { seconds: Number(options.seconds ?? (quick ? 2 : 5)) },
  scenarios: quick ? ['get', 'list', 'mixed', 'create', 'toggle'] : Object.keys(scenarios),
};

const base = compare === undefined ? undefined : await buildRevision(compare);
const database = await openBenchDatabase();
try {
  const flags = profile ? ['--cpu-prof', `--cpu-prof-dir=${out}`] : [];
  const reference = base ? product(base.folder, compare) : baseline;
  const subjects = [product(process.cwd(), 'tandem', flags), reference];
  const figures: Figure[] = [];
  // In turns: what else the machine does meets all of them.
  for (let round = 0; round < Number(options.rounds ?? (quick ? 1 : 3)); round++)
    for (const style of ['rest', 'graphql'] as const)
      for (const subject of subjects) {
        console.error(`round ${round + 1}: ${style}, ${subject.name}`);
        figures.push(...(await measure(subject, style, database.url, effort)));
      }
  await report(figures, reference.name);
} finally {
  await database.close();
  await base?.remove();
}

async function report(all: readonly Figure[], reference: string): Promise<void> {
  const figures = medians(all);
  const machine = `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}`;
  await mkdir(out, { recursive: true });
  await writeFile(
    `${out}/latest.json`,
    JSON.stringify({ machine, date: new Date().toISOString(), effort, rounds: all, figures }, null, 2),
  );
  await writeFile(`${out}/latest.svg`, bars(figures));
  console.log(`${machine}; server, load and database on the same machine\n\n${table(figures, reference)}`);
  if (figures.some(({ failures }) => failures > 0)) process.exitCode = 1;
}
