// The regression gate: compares the CPU time of a request with that of the hand-written reference, measured in turns in the same
// run. Fails when the median ratio exceeds 1.15 × the committed one (bench/gate.json).
import { readFile, writeFile } from 'node:fs/promises';
import { openBenchDatabase } from './database.js';
import { type Effort, type Figure, measure } from './measure.js';
import { baseline, product } from './subject.js';
import { type Style, styles } from './workload.js';

/** The highest accepted increase of the ratio. */
const tolerance = 1.15;
const effort: Effort = { people: 50, warmup: { requests: 4000 }, length: { requests: 4000 }, scenarios: ['mixed'] };
/** Odd, so that the median is one of them. With a spread of 10 % between rounds the median of seven varies by about 5 %. */
const rounds = 7;
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
      const ratios: number[] = [];
      for (let round = 0; round < rounds; round++) ratios.push(await measureRatio(style, database.url, round % 2 === 1));
      console.log(`     ${style}, by round: ${ratios.map((each) => each.toFixed(2)).join(' ')}`);
      return Math.round(median(ratios) * 100) / 100;
    };
    return { rest: await ratio('rest'), graphql: await ratio('graphql') };
  } finally {
    await database.close();
  }
}

/**
 * Measures one round. A ratio within a round cancels what else the machine does for longer than the round.
 * @param isReversed measures the reference first: alternating the order cancels a steady drift.
 */
async function measureRatio(style: Style, url: string, isReversed: boolean): Promise<number> {
  const cpuOf = async (subject: typeof baseline): Promise<number> => {
    const [figure] = await measure(subject, style, url, effort);
    return (figure as Figure).cpu;
  };
  if (isReversed) {
    const reference = await cpuOf(baseline);
    return (await cpuOf(product(process.cwd()))) / reference;
  }
  return (await cpuOf(product(process.cwd()))) / (await cpuOf(baseline));
}

/** The middle value of an odd number of values. */
function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[(values.length - 1) / 2] as number;
}
