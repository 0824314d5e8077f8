// The regression gate: CPU time a request against the same work by hand, measured in turns in the same run, so that neither
// the machine nor what else it does decides. Fails when a ratio is over 1.3 × the committed one (bench/gate.json).
import { readFile, writeFile } from 'node:fs/promises';
import { openBenchDatabase } from './database.js';
import { type Effort, type Figure, measure } from './measure.js';
import { baseline, product } from './subject.js';
import { type Style, styles } from './workload.js';

/** How much dearer a request may have become. */
const tolerance = 1.3;
const effort: Effort = { people: 50, warmup: { requests: 4000 }, length: { requests: 4000 }, scenarios: ['mixed'] };
/** The least of them counts: what else a machine does makes CPU time longer, never shorter. */
const rounds = 3;
const file = new URL('gate.json', import.meta.url);

const ratios = await measureRatios();
if (process.argv.includes('--commit')) await writeFile(file, `${JSON.stringify(ratios, null, 2)}\n`);
const committed = JSON.parse(await readFile(file, 'utf8')) as typeof ratios;
for (const style of styles) {
  const allowed = committed[style] * tolerance;
  const holds = ratios[style] <= allowed;
  console.log(`${holds ? 'ok  ' : 'FAIL'} ${style}: ${ratios[style]} × the CPU time by hand; ${allowed.toFixed(2)} allowed`);
  if (!holds) process.exitCode = 1;
}

async function measureRatios(): Promise<Record<Style, number>> {
  const database = await openBenchDatabase();
  try {
    const ratio = async (style: Style) => {
      const cpu = { ours: Number.POSITIVE_INFINITY, reference: Number.POSITIVE_INFINITY };
      for (let round = 0; round < rounds; round++) {
        const [ours] = await measure(product(process.cwd()), style, database.url, effort);
        const [reference] = await measure(baseline, style, database.url, effort);
        cpu.ours = Math.min(cpu.ours, (ours as Figure).cpu);
        cpu.reference = Math.min(cpu.reference, (reference as Figure).cpu);
      }
      return Math.round((cpu.ours / cpu.reference) * 100) / 100;
    };
    return { rest: await ratio('rest'), graphql: await ratio('graphql') };
  } finally {
    await database.close();
  }
}
