import { writeFile } from 'node:fs/promises';
import { type Effort, type Figure, measure } from './measure.js';
import type { Options } from './options.js';
import { bars, keyOf, medians, publish, table } from './report.js';
import { buildRevision } from './revision.js';
import { baseline, product } from './subject.js';
import { scenarios, styles } from './workload.js';

/** Measures the product beside the same work by hand, or beside another commit: `latest.json`, `latest.svg`. */
export async function comparison(databaseUrl: string, options: Options): Promise<void> {
  const { quick, profile, compare, people, rounds, seconds, warmupSeconds, out } = options;
  const effort: Effort = {
    people,
    warmup: { seconds: warmupSeconds },
    length: { seconds },
    scenarios: quick ? ['get', 'list', 'mixed', 'create', 'toggle'] : Object.keys(scenarios),
  };
  const base = compare === undefined ? undefined : await buildRevision(compare);
  try {
    const flags = profile ? ['--cpu-prof', `--cpu-prof-dir=${out}`] : [];
    const reference = base ? product(base.folder, compare) : baseline;
    const subjects = [product(process.cwd(), 'tandem', flags), reference];
    const measured: Figure[] = [];
    // In turns: what else the machine does meets all of them.
    for (let round = 0; round < rounds; round++)
      for (const style of styles)
        for (const subject of subjects) {
          console.error(`round ${round + 1}: ${style}, ${subject.name}`);
          measured.push(...(await measure(subject, style, databaseUrl, effort)));
        }
    const figures = medians(measured, keyOf);
    await publish(out, 'latest', { effort, rounds: measured, figures }, table(figures, reference.name));
    await writeFile(`${out}/latest.svg`, bars(figures));
  } finally {
    await base?.remove();
  }
}
